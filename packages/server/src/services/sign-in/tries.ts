import { fault } from '../../kernel/faults.ts'
import type { Clock } from '../../ports/clock.ts'

export interface Tries {
  /** Counts a try. Fault RATE_LIMITED where there were too many. Returns how to take it back, for a right password. */
  begin(email: string, address: string | undefined): () => void
}

interface Count {
  tries: number
  ends: number
}

/**
 * Wrong tries in a window of time. The first keeps one guesser slow; the second stops many addresses that guess at one member, and is wide
 * enough that one address cannot lock a member out. A third, configured, stops one address that goes through many members.
 */
const ofMembers = {
  pair: { tries: 5, windowMs: 60_000 },
  email: { tries: 100, windowMs: 900_000 },
} as const

/** Counts in memory: at most so many, the oldest are forgotten first. */
const maxCounts = 20_000

export function countTries(clock: Clock, perAddress: number): Tries {
  const limits = { ...ofMembers, address: { tries: perAddress, windowMs: 60_000 } }
  const counts = new Map<string, Count>()

  function countOf(key: string, windowMs: number): Count {
    const now = clock.now()
    const known = counts.get(key)
    if (known && known.ends > now) return known
    const fresh = { tries: 0, ends: now + windowMs }
    counts.delete(key)
    counts.set(key, fresh)
    if (counts.size > maxCounts) counts.delete(counts.keys().next().value ?? key)
    return fresh
  }

  return {
    begin(email, address) {
      const keys: [keyof typeof limits, string][] = [['pair', `${address ?? ''} ${email}`], ['email', email]]
      if (address !== undefined) keys.push(['address', address])
      const counted = keys.map(([kind, key]) => ({ limit: limits[kind].tries, count: countOf(`${kind} ${key}`, limits[kind].windowMs) }))
      const over = counted.filter(({ limit, count }) => count.tries >= limit).map(({ count }) => count.ends)
      if (over.length > 0) throw fault('RATE_LIMITED', { seconds: Math.max(1, Math.ceil((Math.max(...over) - clock.now()) / 1000)) })
      for (const { count } of counted) count.tries++
      return () => counted.forEach(({ count }) => count.tries--)
    },
  }
}
