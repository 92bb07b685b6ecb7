import type { Clock } from '../../ports/clock.ts'
import type { Principal } from '../access/index.ts'

/** What another process changes is seen here within so many milliseconds. */
const lifeMs = 1_000
const kept = 10_000

export interface Recent {
  /** Whoever this key belongs to, as looked up a moment ago or now. */
  of(key: string, lookUp: () => Promise<Principal>): Promise<Principal>
  /** To be called when something has changed: what is being looked up meanwhile is not kept either. */
  forget(): void
}

/** Keys that were shown a moment ago: programs show one thousands of times a second. */
export function recentPrincipals(clock: Clock): Recent {
  const known = new Map<string, { principal: Principal; until: number }>()
  let changes = 0
  return {
    async of(key, lookUp) {
      const now = clock.now()
      const recent = known.get(key)
      if (recent && now < recent.until) return recent.principal
      const before = changes
      const principal = await lookUp()
      known.delete(key)
      if (before !== changes) return principal
      for (const oldest of known.keys()) if (known.size >= kept) known.delete(oldest)
      known.set(key, { principal, until: now + lifeMs })
      return principal
    },
    forget() {
      changes++
      known.clear()
    },
  }
}
