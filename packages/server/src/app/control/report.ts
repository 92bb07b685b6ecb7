/** What a work of the operator's tells while it goes on, one JSON line each on the socket. */
export type Report =
  | { line: string }
  | { progress: Progress }
  /** Last of all. */
  | { exit: number }

export interface Progress {
  /** What is being done, as 'segments'. */
  of: string
  done: number
  total: number
  unit?: 'bytes'
}

/** Ends with an `exit`. */
export type Work = (signal: AbortSignal) => AsyncIterable<Report>
