/** Why a server could not be used, in words for a person who waits. */
export class HttpFailure extends Error {
  /** Milliseconds after which it may be asked again, where it said so. */
  readonly retryAfter: number | undefined
  /** It breaks the rules, or sends what is not true. */
  readonly lie: boolean

  constructor(words: string, { retryAfter, lie = false }: { retryAfter?: number; lie?: boolean } = {}) {
    super(words)
    this.retryAfter = retryAfter
    this.lie = lie
  }
}

/** The `Retry-After` header: seconds or a date (RFC 9110 §10.2.3). */
export function retryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
