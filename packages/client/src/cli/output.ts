import { progressBar, type Progress } from './progress.ts'
import type { Surroundings } from './surroundings.ts'
import { plain } from './words.ts'

/** Results go to standard output, all else to standard error. */
export interface Output {
  isJson: boolean
  /** A result: the value where JSON is wanted, the words otherwise. Without words it is for programs alone. */
  result(value: unknown, words?: string): void
  /** Something that a person should know. */
  note(words: string): void
  /** A line on a terminal that is written over; a line now and then in a pipe. */
  progress(progress: Progress): void
  /** Takes the progress off the terminal. */
  end(): void
}

export function createOutput({ stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>, { json = false, quiet = false } = {}): Output {
  const bar = progressBar(stderr)

  return {
    isJson: json,
    result(value, words) {
      bar.clear()
      if (json) stdout.write(`${JSON.stringify(value)}\n`)
      else if (words !== undefined) stdout.write(`${lines(words)}\n`)
    },
    note(words) {
      bar.clear()
      stderr.write(`${lines(words)}\n`)
    },
    progress(progress) {
      if (!quiet) bar.show(progress)
    },
    end: () => bar.clear(),
  }
}

/** Names come from strangers: none of them may move the cursor. */
function lines(words: string): string {
  return words.split('\n').map((line) => line.split('\t').map(plain).join('\t')).join('\n')
}
