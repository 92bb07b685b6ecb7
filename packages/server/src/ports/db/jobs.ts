/** Work that outlives a request. At most one job of a kind has a given key at a time. */
export interface Job {
  id: string
  kind: string
  key: string
  payload: unknown
  /** Times it was started. */
  attempts: number
  /** Grows with each `enqueue` of the same key: what was asked for after the start is not lost by finishing. */
  wanted: number
  runAt: number
  error?: string
  /** Whose turn it takes; empty where turns are not kept. */
  lane: string
  /** 0: was not tried since it was asked for; 1: tried again. */
  rank: number
  /** Processes that ended while they ran it, one after the other. */
  deaths: number
}

export interface JobReads {
  byKey(kind: string, key: string): Promise<Job | undefined>
  count(): Promise<{ ready: number; leased: number; dead: number }>
  /** Those that were buried, by kind, at most `limit` of each. */
  buried(kinds: readonly string[], limit: number): Promise<Job[]>
  /** Some of the lanes of this kind that have work which is due. */
  lanesDue(kind: string, now: number): Promise<string[]>
}

export interface JobWrites {
  /**
   * Adds a job, or where the key exists: runs it no later than `runAt`, revives a dead one, and asks for another run where it is running.
   * `lane`: default as before, or none. `isTried`: it counts as tried, and nobody is told, since it is due later; one that was not tried stays so.
   */
  enqueue(job: { kind: string; key: string; payload?: unknown; runAt: number; lane?: string; isTried?: boolean }): Promise<void>
  /** Takes up to `limit` due jobs of these kinds, or whose lease ran out, and leases them to `owner` until `until`. */
  claim(options: { kinds: readonly string[]; owner: string; now: number; until: number; limit: number }): Promise<Job[]>
  /**
   * Takes up to `limit` due jobs that have a lane: one of each lane before a second of any, beginning behind the lane `after`; those that
   * were not tried yet before the others, of each lane the oldest (where `newest`: the newest) and then the other end by turns. `admits` is asked once for each that would be taken. `last`: where to begin the next time.
   */
  claimInTurn(options: {
    kind: string
    owner: string
    now: number
    until: number
    limit: number
    after: string
    newest?: boolean
    admits(lane: string, rank: number): boolean
  }): Promise<{ jobs: Job[]; last: string }>
  /** Ends every lease, for a process that knows that it is the only one: those who held them are dead. Returns how many. */
  releaseAll(now: number): Promise<number>
  /** Extends a lease. `forgive`: it has run for long enough, and is not what ended processes. False where it was lost. */
  extend(id: string, owner: string, until: number, options?: { forgive?: boolean }): Promise<boolean>
  /** Finished: removed, or due again when it was asked for since it was claimed. False where the lease was lost. */
  finish(job: Job, owner: string, now: number): Promise<boolean>
  /** Given back: due again at `runAt`. `refund`: this start does not count, as an attempt or as an orderly end. */
  retry(job: Job, owner: string, change: { runAt: number; error?: string; refund?: boolean }): Promise<boolean>
  /** Kept for people to see, never run again unless enqueued. */
  bury(job: Job, owner: string, error: string): Promise<boolean>
}
