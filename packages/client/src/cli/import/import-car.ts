import { canonicalCid, parseCid, readCar, type Block } from '@thole/dag'
import { wordsOf } from '../outcome.ts'
import { unwrapCar } from './car-v2.ts'
import type { FromCar, Outcome } from './item.ts'
import { removeUploads, sendBlocks } from './send-car.ts'
import { settle, type Settling } from './settle.ts'
import { asFarAsItGoes } from './trustless-car.ts'

/** Sends the blocks of a CAR, each checked against its hash, and has its roots pinned. One outcome for each. */
export async function importCar(id: string, { car, name, root }: FromCar, settling: Settling): Promise<Omit<Outcome, 'id'>[]> {
  const { target, signal, onBytes } = settling
  const { roots, blocks } = await readCar(unwrapCar(car(signal)), { signal })
  if (root !== undefined && !roots.some((found) => canonicalCid(found) === canonicalCid(parseCid(root)))) throw new Error(`its root is ${roots[0]}, not ${root}`)
  let broken: unknown
  const whole: AsyncIterable<Block> = asFarAsItGoes(blocks, (error) => {
    signal.throwIfAborted()
    broken = error
  })
  const sent = await sendBlocks(target, roots[0]!, whole, { signal, onBytes })
  if (sent.blocks === 0) throw broken ?? new Error('it has no blocks')
  const outcomes: Omit<Outcome, 'id'>[] = []
  try {
    for (const [i, found] of roots.entries()) {
      const wish = { cid: found.toString(), name: roots.length > 1 && name !== undefined ? `${name}-root-${i}` : name }
      const { status, reason } = await settle(roots.length > 1 ? `${id}#${i}` : id, wish, settling)
      const why = broken === undefined ? reason : `${wordsOf(broken)}; ${reason}`
      outcomes.push({ ...wish, ...(status === 'pinned' ? { outcome: 'pinned' } : { outcome: status === 'failed' ? 'failed' : 'waiting', reason: why }) })
    }
    return outcomes
  } finally {
    await removeUploads(target, sent)
  }
}
