import type { PinStatus } from './pins.ts'

/** Jobs of one kind; no number is above the limit that was asked for. */
export interface JobLoad {
  /** To be run now. */
  due: number
  /** Running, or to be run later. */
  later: number
  /** Not run any more. */
  dead: number
  /** Since when the first that is due waits. */
  oldest?: number
}

/** How much there is to do, for those who watch the server: nothing of it reads a row for each pin or block. */
export interface LoadReads {
  /** Pin requests of all accounts. */
  pins(): Promise<Record<PinStatus, number>>
  jobs(kind: string, now: number, limit: number): Promise<JobLoad>
  /** The time by the database's clock, milliseconds since the epoch. */
  clock(): Promise<number>
}
