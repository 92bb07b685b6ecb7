import { limits } from '../limits.ts'

/** How a gateway behaves: one that fails is left alone for a while, longer each time; one that lies for long. */
export interface Temper {
  /** Why it is not asked now, in words; undefined where it may be asked. */
  readonly away: string | undefined
  good(): void
  /** Counts a failure; true where it is left alone from now on. `grave`: one is enough. `retryAfter`: milliseconds that it asked for. */
  bad(reason: string, how: { grave: boolean; retryAfter?: number }): boolean
  lied(reason: string): void
}

export function createTemper(now = Date.now): Temper {
  let failures = 0
  let rests = 0
  let until = 0
  let why = ''

  function rest(reason: string, ms: number): void {
    until = now() + ms
    why = reason
  }

  return {
    get away() {
      const left = until - now()
      return left > 0 ? `${why}; it is asked again in ${Math.ceil(left / 1000)} s` : undefined
    },
    good() {
      failures = 0
      rests = 0
    },
    bad(reason, { grave, retryAfter }) {
      failures++
      if (!grave && retryAfter === undefined && failures < limits.gatewayFailures) return false
      const growing = limits.restFirst * 2 ** rests++
      rest(reason, Math.min(Math.max(growing, retryAfter ?? 0), limits.restLast))
      return true
    },
    lied: (reason) => rest(reason, limits.banFor),
  }
}
