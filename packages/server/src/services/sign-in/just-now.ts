import type { Clock } from '../../ports/clock.ts'

/** What another process changes is seen here within so many milliseconds. */
const lifeMs = 1_000
const kept = 10_000

export interface JustNow<T> {
  /** As looked up within the last second, or now. What is not found is not remembered. */
  of(key: string, lookUp: () => Promise<T | undefined>): Promise<T | undefined>
  /** To be called when something has changed: what is being looked up meanwhile is not kept either. */
  forget(): void
}

export function justNow<T>(clock: Clock): JustNow<T> {
  const known = new Map<string, { value: T; until: number }>()
  let changes = 0
  return {
    async of(key, lookUp) {
      const now = clock.now()
      const recent = known.get(key)
      if (recent && now < recent.until) return recent.value
      const before = changes
      const value = await lookUp()
      known.delete(key)
      if (value === undefined || before !== changes) return value
      for (const oldest of known.keys()) if (known.size >= kept) known.delete(oldest)
      known.set(key, { value, until: now + lifeMs })
      return value
    },
    forget() {
      changes++
      known.clear()
    },
  }
}
