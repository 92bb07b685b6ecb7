import type { Db } from '../../ports/db/index.ts'

export interface VisitLimits {
  /** Milliseconds between two flushes. */
  flushEvery: number
  /** Distinct roots kept between two flushes; visits of further ones are not counted. */
  maxRoots: number
}

export interface Visits {
  /** One served response of this root (canonical text). */
  add(root: string): void
  /** Writes what is left. */
  close(): Promise<void>
}

/** Counts in memory and writes in batches: a read never waits for the database. */
export function countVisits(db: Db, { flushEvery, maxRoots }: VisitLimits): Visits {
  let counts = new Map<string, number>()
  let flushing: Promise<void> | undefined
  const timer = setInterval(flush, flushEvery).unref()

  function add(root: string, times = 1): void {
    const known = counts.get(root)
    if (known !== undefined || counts.size < maxRoots) counts.set(root, (known ?? 0) + times)
  }

  function flush(): void {
    if (flushing !== undefined || counts.size === 0) return
    const batch = counts
    counts = new Map()
    flushing = db
      .write((w) => w.dags.addVisits(batch))
      // A database that is busy or away costs no visits: they go with the next batch.
      .catch(() => batch.forEach((times, root) => add(root, times)))
      .finally(() => (flushing = undefined))
  }

  return {
    add: (root) => add(root),
    async close() {
      clearInterval(timer)
      await flushing
      if (counts.size > 0) await db.write((w) => w.dags.addVisits(counts))
    },
  }
}
