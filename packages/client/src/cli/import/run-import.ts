import { DagError } from '@thole/dag'
import { TholeError, type TholeErrorCode } from '../../errors.ts'
import { wordsOf } from '../outcome.ts'
import { importCar } from './import-car.ts'
import type { Item, Outcome, Source } from './item.ts'
import { settle, type Settling } from './settle.ts'

export interface ImportOptions extends Omit<Settling, 'stop'> {
  /** Things at the same time. */
  atOnce: number
  /** Told of each thing that was not done in an earlier run. */
  onOutcome(outcome: Outcome): void
}

/** Brings everything of a source. Returns how many things an earlier run had brought. @throws what ends the whole: a refusal, a server that is gone, the signal's reason */
export async function runImport(source: Source, { atOnce, onOutcome, ...options }: ImportOptions): Promise<{ earlier: number }> {
  const { journal } = options
  const ending = new AbortController()
  const stop = AbortSignal.any([options.signal, ending.signal])
  const settling: Settling = { ...options, stop }
  const items = source.items(stop)[Symbol.asyncIterator]()
  let earlier = 0

  async function bring(item: Item): Promise<void> {
    if (journal.get(item.id).done) return void earlier++
    // An upload ends by itself, whatever ends the whole: one whose answer nobody waits for would stay.
    const outcomes = await outcomesOf(item, settling)
    if (outcomes.every(({ outcome }) => outcome === 'pinned')) await journal.note(item.id, { done: true })
    for (const outcome of outcomes) onOutcome({ id: item.id, ...outcome })
  }

  const worker = async () => {
    for (let next = await items.next(); !next.done; next = await items.next()) {
      stop.throwIfAborted()
      await bring(next.value)
    }
  }
  const workers = Array.from({ length: atOnce }, worker)
  try {
    await Promise.all(workers)
    return { earlier }
  } catch (error) {
    ending.abort(error)
    throw error
  } finally {
    await Promise.allSettled(workers)
    await items.return?.()
  }
}

async function outcomesOf({ id, label, from }: Item, settling: Settling): Promise<Omit<Outcome, 'id'>[]> {
  if ('reason' in from) return [{ name: label, outcome: 'failed', reason: from.reason }]
  try {
    if ('car' in from) return await importCar(id, from, settling)
    const { cid, name } = from.wish
    const { status, reason } = await settle(id, from.wish, settling)
    return [status === 'pinned' ? { cid, name, outcome: 'pinned' } : { cid, name, outcome: status === 'failed' ? 'failed' : 'waiting', reason }]
  } catch (error) {
    settling.stop.throwIfAborted()
    if (endsAll(error)) throw error
    const known = 'wish' in from ? from.wish : { cid: from.root, name: from.name ?? label }
    return [{ cid: known.cid, name: known.name, outcome: 'failed', reason: wordsOf(error) }]
  }
}

/** Codes that tell of one thing; with all others the next would fare the same. */
const ofOne: ReadonlySet<TholeErrorCode> = new Set<TholeErrorCode>(['INVALID_REQUEST', 'INVALID_CID', 'INVALID_CAR', 'UNSUPPORTED_CODEC', 'HASH_MISMATCH', 'DAG_INCOMPLETE', 'DAG_LIMIT', 'TOO_LARGE', 'NOT_FOUND', 'BLOCKED', 'BLOCKED_BY_LAW'])

function endsAll(error: unknown): boolean {
  if (error instanceof DagError) return false
  return error instanceof TholeError && !ofOne.has(error.code)
}
