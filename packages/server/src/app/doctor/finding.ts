/** What was looked at, and how it is. */
export interface Finding {
  check: string
  verdict: 'ok' | 'warn' | 'bad'
  words: string
  /** What to do; absent where all is well. */
  help?: string
}

export const ok = (check: string, words: string): Finding => ({ check, verdict: 'ok', words })
export const warn = (check: string, words: string, help: string): Finding => ({ check, verdict: 'warn', words, help })
export const bad = (check: string, words: string, help: string): Finding => ({ check, verdict: 'bad', words, help })

/** The words of what went wrong, for the operator. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error && cause.message !== '' ? `${error.message} (${cause.message})` : error.message
}
