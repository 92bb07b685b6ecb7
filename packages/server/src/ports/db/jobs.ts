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
}

export interface JobReads {
  byKey(kind: string, key: string): Promise<Job | undefined>
  count(): Promise<{ ready: number; leased: number; dead: number }>
}

export interface JobWrites {
  /** Adds a job, or where the key exists: runs it no later than `runAt`, revives a dead one, and asks for another run where it is running. */
  enqueue(job: { kind: string; key: string; payload?: unknown; runAt: number }): Promise<void>
  /** Takes up to `limit` due jobs of these kinds, or whose lease ran out, and leases them to `owner` until `until`. */
  claim(options: { kinds: readonly string[]; owner: string; now: number; until: number; limit: number }): Promise<Job[]>
  /** Ends every lease, for a process that knows that it is the only one: those who held them are dead. Returns how many. */
  releaseAll(now: number): Promise<number>
  /** Extends a lease. False where it was lost. */
  extend(id: string, owner: string, until: number): Promise<boolean>
  /** Finished: removed, or due again when it was asked for since it was claimed. False where the lease was lost. */
  finish(job: Job, owner: string, now: number): Promise<boolean>
  /** Given back: due again at `runAt`. `refund`: this start does not count as an attempt. */
  retry(job: Job, owner: string, change: { runAt: number; error?: string; refund?: boolean }): Promise<boolean>
  /** Kept for people to see, never run again unless enqueued. */
  bury(job: Job, owner: string, error: string): Promise<boolean>
}
