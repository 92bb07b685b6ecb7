import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { Surroundings } from './surroundings.ts'

/** One line of standard input; on a terminal it is asked for and not shown. */
export async function readSecret(question: string, { stdin, stderr, signal }: Pick<Surroundings, 'stdin' | 'stderr' | 'signal'>): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: stdin.isTTY ? silent : undefined, terminal: stdin.isTTY === true })
  const stop = () => lines.close()
  signal.addEventListener('abort', stop, { once: true })
  try {
    if (stdin.isTTY) stderr.write(question)
    for await (const line of lines) return line.trim()
    signal.throwIfAborted()
    return ''
  } finally {
    signal.removeEventListener('abort', stop)
    lines.close()
    if (stdin.isTTY) stderr.write('\n')
  }
}
