import { Fault, fault } from '../../kernel/faults.ts'
import type { Clock } from '../../ports/clock.ts'

export interface AskingOptions<T> {
  ask(key: string, signal: AbortSignal): Promise<Answer<T>>
  /** Answers that are remembered. */
  maxKept: number
  /** Questions that are open at once. */
  maxOpen: number
  /** Of them, those that one client began. */
  maxPerClient: number
  /** Milliseconds that one may take. */
  timeout: number
  clock: Clock
}

export interface Answer<T> {
  value: T
  /** Milliseconds for which it is not asked for again. */
  keep: number
}

/** Who wants to know, and how far one goes for them. */
export interface Asker {
  /** Counted as one; undefined: nobody is. */
  client?: string
  /** What is not known here already fails. */
  onlyKnown?: boolean
}

/** What was answered to a key, and how long ago. */
export interface Told<T> {
  value: T
  /** Milliseconds. */
  age: number
}

/**
 * Asks somebody outside, within bounds: one question a key at a time, whoever waits for it; answers are kept for as long as they say.
 * Nobody's leaving ends a question, so that others may wait for it too. Throws what `ask` does, a TimeoutError
 * where it took too long, and the reason of the signal where that aborts. Faults NAME_TIMEOUT where too many are open, RATE_LIMITED where the client has too many.
 */
export function asking<T>({ ask, maxKept, maxOpen, maxPerClient, timeout, clock }: AskingOptions<T>): (key: string, signal: AbortSignal, asker?: Asker) => Promise<Told<T>> {
  const kept = new Map<string, { value: T; at: number; until: number }>()
  const open = new Map<string, Promise<Told<T>>>()
  const openOf = new Map<string, number>()

  /** A client has it on its account until it ends, whether it waits or not. */
  function count(client: string | undefined, change: 1 | -1): void {
    if (client === undefined) return
    const left = (openOf.get(client) ?? 0) + change
    if (left > 0) openOf.set(client, left)
    else openOf.delete(client)
  }

  async function question(key: string, client: string | undefined): Promise<Told<T>> {
    count(client, 1)
    try {
      const late = AbortSignal.timeout(timeout)
      const { value, keep } = await unless(late, ask(key, late))
      const at = clock.now()
      kept.delete(key)
      for (const oldest of kept.keys()) if (kept.size >= maxKept) kept.delete(oldest)
      if (keep > 0) kept.set(key, { value, at, until: at + keep })
      return { value, age: 0 }
    } finally {
      open.delete(key)
      count(client, -1)
    }
  }

  return async (key, signal, { client, onlyKnown = false } = {}) => {
    const now = clock.now()
    const known = kept.get(key)
    if (known !== undefined && now < known.until) return { value: known.value, age: Math.max(0, now - known.at) }
    if (onlyKnown) throw new Error('it is not known here, and nobody else was to be asked')
    let asked = open.get(key)
    if (asked === undefined) {
      if (open.size >= maxOpen) throw fault('NAME_TIMEOUT', { name: key, reason: 'too many others are being looked up at this moment' })
      if (client !== undefined && (openOf.get(client) ?? 0) >= maxPerClient) throw fault('RATE_LIMITED', { seconds: 10 })
      asked = question(key, client)
      open.set(key, asked)
    }
    return unless(signal, asked)
  }
}

/** Rejects with the reason of the signal where that comes first. */
function unless<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** That nobody could be asked is not told as if there were nothing. `why`: what is known beside it. */
export function couldNotLook(name: string, error: Error, whom: string, why = ''): Fault {
  if (error instanceof Fault) return error
  const isLate = error.name === 'TimeoutError'
  return fault(isLate ? 'NAME_TIMEOUT' : 'NAME_NOT_RESOLVED', { name, reason: why + (isLate ? `${whom} did not answer in time` : error.message) }, { cause: error })
}
