/**
 * Which processes rely on blocks, and since when, in stamps: numbers that grow in each process, and that a process which joins begins
 * above everybody's. A process's horizon is at or below the stamp of every writer that it has or will have.
 */
export interface RelianceReads {
  /** Processes that were seen in the last so many milliseconds, by the database's clock. */
  seenWithin(ms: number): Promise<string[]>
}

export interface RelianceWrites {
  /** Enters a process; returns the stamp above which it begins, at least `stamp`. */
  join(process: string, stamp: number): Promise<number>
  /** Says that the process lives, and its horizon. Returns the greatest horizon of all, or undefined where it was given up for dead. */
  beat(process: string, horizon: number): Promise<number | undefined>
  leave(process: string): Promise<void>
  /**
   * Leases the one reclaim to this run for so many milliseconds, and gives up processes that were not seen for `deadAfter`.
   * Returns the cutoff, fixed for the run: nobody relies on what was claimed before and not since. Undefined where another run has the lease.
   */
  beginReclaim(run: { id: string; process: string; horizon: number; lease: number; deadAfter: number }): Promise<number | undefined>
  /** False where the lease was lost. */
  extendReclaim(run: string, lease: number): Promise<boolean>
  endReclaim(run: string): Promise<void>
}
