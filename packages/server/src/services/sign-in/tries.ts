import { fault } from '../../kernel/faults.ts'
import { secretHash } from '../../kernel/secrets.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'

/** So many tries of one key in a window of time. */
export interface Limit {
  kind: string
  key: string
  tries: number
  windowMs: number
}

export interface Tries {
  /** Counts a try before it is made, in the database, so that it holds for all processes. Fault RATE_LIMITED where there were too many. Returns how to take it back. */
  begin(limits: readonly Limit[]): Promise<() => Promise<void>>
}

export function countTries(db: Db, clock: Clock): Tries {
  return {
    async begin(limits) {
      const now = clock.now()
      const counted = limits.filter(({ tries }) => tries !== Infinity).map((limit) => ({ ...limit, digest: secretHash(`${limit.kind} ${limit.key}`), ends: now + limit.windowMs }))
      if (counted.length === 0) return async () => {}
      const digests = counted.map(({ digest }) => digest)
      const limitOf = new Map(counted.map(({ digest, tries }) => [digest, tries]))
      const refuseBeyond = (spare: number, found: readonly { digest: string; tries: number; ends: number }[]) => {
        const over = found.filter(({ digest, tries }) => tries + spare > (limitOf.get(digest) ?? 0)).map(({ ends }) => ends)
        if (over.length > 0) throw fault('RATE_LIMITED', { seconds: Math.max(1, Math.ceil((Math.max(...over) - now) / 1000)) })
      }
      // Whoever is refused writes nothing.
      refuseBeyond(1, await db.read((r) => r.tries.get(digests, now)))
      refuseBeyond(0, await db.write((w) => w.tries.add(counted, now)))
      return () => db.write((w) => w.tries.takeBack(digests))
    },
  }
}
