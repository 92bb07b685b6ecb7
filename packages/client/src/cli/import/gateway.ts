import { parseCid } from '@thole/dag'
import { connect } from '../../http/connection.ts'
import { TholeError } from '../../errors.ts'
import { wordsOf } from '../outcome.ts'
import { removeUploads, sendBlocks } from './send-car.ts'
import type { Target } from './target.ts'
import { asFarAsItGoes, blocksBelow } from './trustless-car.ts'

export interface FillOptions {
  gateways: readonly string[]
  signal: AbortSignal
  onBytes?: (bytes: number) => void
}

/** CARs asked for at the same time for one DAG. */
const atOnce = 4

/**
 * Brings what the server lacks of a DAG that it wants, from trustless gateways: each missing block with all that is below it, as one CAR.
 * Goes on while anything new comes. Returns undefined when the DAG is complete, else why it is not.
 */
export async function fillFromGateways(target: Target, cid: string, { gateways, signal, onBytes }: FillOptions): Promise<string | undefined> {
  const why = new Set<string>()
  const root = parseCid(cid)
  for (;;) {
    const { state, missing, missingCount } = await target.dag(cid, signal)
    if (state === 'complete') return undefined
    const wanted = missing.map((link) => link.cid)
    let came = 0
    const worker = async () => {
      for (let next = wanted.shift(); next !== undefined; next = wanted.shift()) came += await bringOne(next)
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    if (came === 0) return `${[...why].join('; ') || 'the gateways sent nothing'} (${missingCount === 1 ? '1 block is' : `${missingCount} blocks are`} missing)`
  }

  async function bringOne(missing: string): Promise<number> {
    for (const gateway of gateways) {
      try {
        const came = await bring(gateway, missing)
        if (came > 0) return came
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof TargetError) throw error.cause
        note(gateway, error)
      }
    }
    return 0
  }

  async function bring(gateway: string, missing: string): Promise<number> {
    const answer = await connect({ url: gateway, retries: 2 }).send(`ipfs/${missing}`, { query: { format: 'car', 'dag-scope': 'all' }, accept: 'application/vnd.ipld.car', signal })
    if (!answer.headers.get('content-type')?.startsWith('application/vnd.ipld.car')) {
      await answer.body?.cancel()
      throw new TholeError('BAD_ANSWER', 'it does not send CARs')
    }
    const blocks = asFarAsItGoes(blocksBelow(parseCid(missing), chunksOf(answer), signal), (error) => {
      signal.throwIfAborted()
      note(gateway, error)
    })
    // Sent for the whole DAG, whose completeness is then decided with the answer.
    const sent = await sendBlocks(target, root, blocks, { signal, onBytes }).catch((error: unknown) => Promise.reject(new TargetError(error)))
    await removeUploads(target, sent)
    return sent.blocks
  }

  function note(gateway: string, error: unknown): void {
    why.add(`${new URL(gateway).host}: ${wordsOf(error)}`)
  }
}

/** What our own server said is told apart from what a gateway did. */
class TargetError extends Error {
  constructor(cause: unknown) {
    super('', { cause })
  }
}

async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body) yield* body as unknown as AsyncIterable<Uint8Array>
}
