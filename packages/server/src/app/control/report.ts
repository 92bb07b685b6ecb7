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

/** Ends with an `exit`. `operand`: what stands behind the name of the command, where one needs it. */
export type Work = (signal: AbortSignal, operand: string) => AsyncIterable<Report>

export interface Request {
  work: string
  operand: string
}

/** The one line that a client sends: the name of the work and, behind a tab, a JSON text. */
export function requestLine({ work, operand }: Request): string {
  return operand === '' ? work : `${work}\t${JSON.stringify(operand)}`
}

/** @throws SyntaxError */
export function readRequestLine(line: string): Request {
  const [work = '', operand] = line.split('\t', 2)
  return { work, operand: operand === undefined ? '' : String(JSON.parse(operand)) }
}
