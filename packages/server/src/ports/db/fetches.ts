import type { PeerAttempt } from '../network.ts'

/** How the fetch of a DAG fares, for all who wait for it. */
export interface FetchState {
  dag: string
  /** What is waited for, in words. */
  reason: string
  /** Distinct blocks and bytes of the DAG that were here when it was looked at last, as far as it was looked at. */
  blocks: number
  bytes: number
  /** Blocks known to be missing; what lies below them is not known. */
  missing: number
  /** Who was asked; the first of them. */
  attempts: PeerAttempt[]
  /** Runs so far. */
  tries: number
  /** Undefined while it runs. */
  nextTry?: number
  updated: number
}

/** Who waits for a DAG (queued or pinning), of all accounts. */
export interface Waiters {
  /** Whether anybody does. */
  any: boolean
  /** Grows when somebody asks for it, also for one who waits already. */
  wanted: number
}

export interface FetchReads {
  get(dag: string): Promise<FetchState | undefined>
  waiters(dag: string): Promise<Waiters>
  /** When the first of those who wait gives up; undefined where nobody waits. */
  firstDeadline(dag: string): Promise<number | undefined>
  /** Requests that have waited until now in vain. */
  overdue(dag: string, now: number, limit: number): Promise<string[]>
  /** Addresses that those who wait name, the latest requests first, and of each the first address before any second. */
  origins(dag: string, limit: number): Promise<string[]>
  /** Some of the DAGs whose state was written behind `since`, by those of these accounts that wait for them; `until`: where to go on. */
  changed(since: number, accountIds: readonly string[]): Promise<{ until: number; changed: Map<string, string[]> }>
}

export interface FetchWrites {
  /** Of partial DAGs; one that is older than what is known is passed over. */
  put(states: readonly FetchState[]): Promise<void>
  remove(dag: string): Promise<void>
  /** Those that wait for their next try are due now: up to `limit`, the next ones first. Returns how many. */
  hasten(now: number, limit: number): Promise<number>
}
