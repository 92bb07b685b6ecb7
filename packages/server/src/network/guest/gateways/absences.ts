import { limits } from '../limits.ts'

/** What was not there lately, so that it is not asked for again at once. */
export interface Absences {
  add(key: string): void
  has(key: string): boolean
}

export function absences({ max = limits.recentKeys, now = Date.now } = {}): Absences {
  const until = new Map<string, number>()
  return {
    add(key) {
      until.delete(key)
      until.set(key, now() + limits.absentFor)
      const [oldest] = until.keys()
      if (until.size > max && oldest !== undefined) until.delete(oldest)
    },
    has: (key) => (until.get(key) ?? 0) > now(),
  }
}
