import type { AttemptBook } from './attempts.ts'
import { limits } from './limits.ts'
import type { Peer } from './peer.ts'
import { queue } from './queue.ts'
import type { Queue } from './queue.ts'
import type { Want } from './want.ts'

/** The process's side of one fetch session. */
export interface Fetch {
  readonly id: number
  readonly openedAt: number
  /** Multihash of the DAG that is fetched, if it is one. */
  root?: string
  readonly book: AttemptBook
  /** Ends the dialling of its origins. */
  readonly closing: AbortController
  /** Peer ids of its origins. */
  readonly origins: Set<string>
  readonly wants: Map<string, Want>
  /** Wants to be given to a peer; some may have found one meanwhile. */
  readonly waiting: Queue<Want>
  /** Wants that every peer refused, until the next look. */
  parked: Want[]
  recheckAt: number
  recheckDelay: number
  /** Wants at peers that count against the budget. */
  asked: number
  /** Blocks delivered. */
  delivered: number
  /** Bytes delivered that the consumer has not taken yet. */
  untaken: number
  meanBlock: number
  readonly scores: Map<string, Score>
}

interface Score {
  blocks: number
  missing: number
}

export function createFetch(id: number, book: AttemptBook): Fetch {
  return {
    id,
    openedAt: Date.now(),
    book,
    closing: new AbortController(),
    origins: new Set(),
    wants: new Map(),
    waiting: queue(),
    parked: [],
    recheckAt: Infinity,
    recheckDelay: limits.recheckFirst,
    asked: 0,
    delivered: 0,
    untaken: 0,
    meanBlock: limits.assumedBlock,
    scores: new Map(),
  }
}

export function hasBudget(fetch: Fetch): boolean {
  const expected = fetch.asked * fetch.meanBlock + fetch.untaken
  return expected < limits.fetchBudget
}

export function scoreOf(fetch: Fetch, peer: Peer): Score {
  let score = fetch.scores.get(peer.id)
  if (score === undefined) fetch.scores.set(peer.id, (score = { blocks: 0, missing: 0 }))
  return score
}

/** Large blocks raise the mean at once, small ones lower it slowly: memory comes first. */
export function learnSize(fetch: Fetch, bytes: number): void {
  const weight = bytes > fetch.meanBlock ? 0.5 : 0.1
  fetch.meanBlock += (bytes - fetch.meanBlock) * weight
}

/** Sets a want aside that nobody has now. */
export function park(fetch: Fetch, want: Want): void {
  fetch.parked.push(want)
  if (fetch.recheckAt === Infinity) fetch.recheckAt = Date.now() + fetch.recheckDelay
}

/** Lets the parked wants be asked again: of every peer, or only of those that have not refused. */
export function unpark(fetch: Fetch, { everyone }: { everyone: boolean }): void {
  const { parked } = fetch
  fetch.parked = []
  fetch.recheckAt = Infinity
  if (everyone) fetch.recheckDelay = Math.min(fetch.recheckDelay * 2, limits.recheckLast)
  for (const want of parked) {
    if (want.fetches.size === 0 || want.holder !== undefined) continue
    if (everyone) want.refusedBy.clear()
    fetch.waiting.push(want)
  }
}
