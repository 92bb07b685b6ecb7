import type { Readable } from 'node:stream'
import type { ReadStream, WriteStream } from 'node:tty'

/** A stream that may lead to a terminal. */
export type Written = Pick<NodeJS.WritableStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>

/** All that the command line knows of where it runs. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>
  home: string
  stdin: Readable & Partial<Pick<ReadStream, 'isTTY' | 'setRawMode'>>
  stdout: Written
  stderr: Written
  /** Aborted by Ctrl-C. */
  signal: AbortSignal
}
