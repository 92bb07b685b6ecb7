import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'

/** Milliseconds after which a holder is looked up again, and roots that are remembered. */
const maxAge = 10_000
const maxRoots = 50_000

/** Of each of these roots who has held it for longest, from memory where that was asked a moment ago. */
export function rememberHolders({ db, clock }: { db: Db; clock: Clock }): (roots: readonly string[]) => Promise<Map<string, string>> {
  const known = new Map<string, { holder: string | undefined; until: number }>()

  return async (roots) => {
    const now = clock.now()
    const found = new Map<string, string>()
    const unknown: string[] = []
    for (const root of new Set(roots)) {
      const last = known.get(root)
      if (last === undefined || last.until <= now) unknown.push(root)
      else if (last.holder !== undefined) found.set(root, last.holder)
    }
    if (unknown.length === 0) return found
    const fresh = await db.read((r) => r.traffic.holders(unknown))
    if (known.size + unknown.length > maxRoots) known.clear()
    for (const root of unknown) {
      const holder = fresh.get(root)
      known.set(root, { holder, until: now + maxAge })
      if (holder !== undefined) found.set(root, holder)
    }
    return found
  }
}
