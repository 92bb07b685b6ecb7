import { fault } from '../../kernel/faults.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, Event } from '../../ports/db/index.ts'
import type { Log } from '../../ports/log.ts'

/** What somebody who follows is told. `lost`: more happened than could be kept for them, or nobody knows what; they look anew. */
export type Live = { type: 'event'; event: Event } | { type: 'fetching'; dags: string[] } | { type: 'lost'; id: number }

export interface LiveParts {
  db: Db
  clock: Clock
  log: Log
  /** Default 1,000, and 20 of one account. */
  limits?: { followers: number; ofAccount: number }
}

export interface Wish {
  accountId: string
  sees(event: Event): boolean
  /** The last event that was seen; default: none is told of that has happened. */
  after?: number
  signal: AbortSignal
}

export interface LiveEvents {
  /** Ends with the signal, and with the server. Fault RATE_LIMITED where too many follow. */
  follow(wish: Wish): Promise<AsyncIterable<Live>>
  /** Looks at once, not within a second. */
  look(): void
  /** Ends all who follow. */
  close(): void
}

const everyMs = 1_000
const atOnce = 500
/** Kept for one who is slow. */
const maxQueued = 200
/** One who missed more is told to look anew. */
const maxMissed = 1_000

interface Follower extends Wish {
  /** What has happened up to here is not told again. */
  from: number
  queue: Live[]
  wake: () => void
}

/**
 * Tells people what happens while they look, also what other processes did: the new rows are read each second, once for all of them, and
 * only while there is anybody.
 */
export function liveEvents({ db, clock, log, limits = { followers: 1_000, ofAccount: 20 } }: LiveParts): LiveEvents {
  const followers = new Set<Follower>()
  const ended = new AbortController()
  let last = 0
  let fetchedAt = 0
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined

  function schedule(ms: number): void {
    if (followers.size === 0 || ended.signal.aborted) return
    clearTimeout(timer)
    timer = setTimeout(() => (looking ??= lookOnce().finally(() => (looking = undefined, schedule(everyMs)))), ms).unref()
  }

  async function lookOnce(): Promise<void> {
    try {
      await tellEvents()
      await tellFetches()
    } catch (error) {
      log.warn({ error }, 'what happened could not be read')
    }
  }

  async function tellEvents(): Promise<void> {
    for (let full = true; full; ) {
      const events = await db.read((r) => r.events.after(last, atOnce))
      last = events.at(-1)?.id ?? last
      for (const event of events) for (const follower of followers) if (follower.sees(event)) push(follower, { type: 'event', event })
      full = events.length === atOnce
    }
  }

  async function tellFetches(): Promise<void> {
    const accounts = [...new Set([...followers].map(({ accountId }) => accountId))]
    const { until, changed } = await db.read((r) => r.fetches.changed(fetchedAt, accounts))
    fetchedAt = until
    for (const follower of followers) {
      const dags = changed.get(follower.accountId)
      if (dags) push(follower, { type: 'fetching', dags })
    }
  }

  function push({ queue, wake }: Follower, live: Live): void {
    // Who looks anew sees all that came until then.
    if (queue.length >= maxQueued || queue[0]?.type === 'lost') queue.splice(0, queue.length, { type: 'lost', id: last })
    else queue.push(live)
    wake()
  }

  /** What was missed since the last time, or that it was too much. */
  async function missed({ after, from, sees }: Follower): Promise<Live[]> {
    if (after === undefined || after >= from) return []
    const events = await db.read((r) => r.events.after(after, maxMissed + 1))
    if (events.length > maxMissed) return [{ type: 'lost', id: from }]
    return events.filter((event) => event.id <= from && sees(event)).map((event) => ({ type: 'event', event }))
  }

  async function* told(follower: Follower, signal: AbortSignal): AsyncGenerator<Live> {
    yield* await missed(follower)
    while (!signal.aborted) {
      const next = follower.queue.shift()
      if (next) yield next
      else await new Promise<void>((resolve) => (follower.wake = resolve))
    }
  }

  function leave(follower: Follower): void {
    followers.delete(follower)
    if (followers.size === 0) clearTimeout(timer)
    follower.wake()
  }

  return {
    async follow(wish) {
      const own = [...followers].filter(({ accountId }) => accountId === wish.accountId).length
      if (followers.size >= limits.followers || own >= limits.ofAccount) throw fault('RATE_LIMITED', { seconds: 30 })
      if (followers.size === 0) {
        last = await db.read((r) => r.events.lastId())
        fetchedAt = clock.now()
      }
      const follower: Follower = { ...wish, from: last, queue: [], wake() {} }
      const signal = AbortSignal.any([wish.signal, ended.signal])
      followers.add(follower)
      signal.addEventListener('abort', () => leave(follower), { once: true })
      if (signal.aborted) leave(follower)
      schedule(everyMs)
      return told(follower, signal)
    },
    look: () => schedule(0),
    close() {
      clearTimeout(timer)
      ended.abort()
    },
  }
}
