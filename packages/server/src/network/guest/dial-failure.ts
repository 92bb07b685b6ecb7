const words: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'no answer',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name could not be looked up',
}

/** Why a dial failed, in words for the person who waits. */
export function dialFailure(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return dialFailure(error.errors[0])
  if (!(error instanceof Error)) return 'unknown'
  const code = 'code' in error ? String(error.code) : ''
  if (words[code] !== undefined) return words[code]
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'no answer in time'
  return (error.message.split('\n')[0] ?? '').slice(0, 200)
}
