import type { Db, RootVisits, Visits as Counted } from '../../ports/db/index.ts'

export interface VisitLimits {
  /** Milliseconds between two flushes. */
  flushEvery: number
  /** Distinct roots, and distinct accounts of them, kept between two flushes; visits of further ones are not counted. */
  maxRoots: number
  /** Roots that one transaction writes. */
  rootsAtOnce: number
}

/** One response that gave content away. */
export interface Visit {
  /** Canonical text. */
  root: string
  /** Bytes of content that were written. */
  bytes: number
  /** Who read; undefined: the public. */
  account?: string
}

export interface Visits {
  add(visit: Visit): void
  /** Writes what is left. */
  close(): Promise<void>
}

interface Count extends Required<Counted> {
  byAccount: Map<string, Required<Counted>>
}

/**
 * Counts in memory and writes in batches: a read never waits for the database. A process that is killed loses what it counted since the last
 * flush.
 */
export function countVisits(db: Db, { flushEvery, maxRoots, rootsAtOnce }: VisitLimits): Visits {
  let counts = new Map<string, Count>()
  /** Rows that the next flush writes, of roots and of accounts. */
  let rows = 0
  let flushing: Promise<void> | undefined
  const timer = setInterval(() => void (flushing ??= flush().finally(() => (flushing = undefined))), flushEvery).unref()

  function countOf(root: string): Count | undefined {
    const known = counts.get(root)
    if (known !== undefined || rows >= maxRoots) return known
    const fresh: Count = { requests: 0, bytes: 0, last: 0, byAccount: new Map() }
    counts.set(root, fresh)
    rows++
    return fresh
  }

  function ownOf({ byAccount }: Count, account: string): Required<Counted> | undefined {
    const known = byAccount.get(account)
    if (known !== undefined || rows >= maxRoots) return known
    const fresh = { requests: 0, bytes: 0, last: 0 }
    byAccount.set(account, fresh)
    rows++
    return fresh
  }

  /** In slices: others want to write, too. */
  async function flush(): Promise<void> {
    const batch = [...counts]
    counts = new Map()
    rows = 0
    while (batch.length > 0) {
      const slice = batch.slice(0, rootsAtOnce)
      try {
        await db.write((w) => w.dags.addVisits(new Map<string, RootVisits>(slice)))
      } catch {
        // A database that is busy or away costs no visits: they go with the next flush.
        for (const [root, count] of batch) putBack(root, count)
        return
      }
      batch.splice(0, slice.length)
    }
  }

  function putBack(root: string, { byAccount, ...count }: Count): void {
    const total = countOf(root)
    if (total === undefined) return
    join(total, count)
    for (const [account, own] of byAccount) {
      const known = ownOf(total, account)
      if (known) join(known, own)
    }
  }

  return {
    add({ root, bytes, account }) {
      const count = countOf(root)
      if (count === undefined) return
      const visit = { requests: 1, bytes, last: Date.now() }
      join(count, visit)
      const own = account === undefined ? undefined : ownOf(count, account)
      if (own) join(own, visit)
    },
    async close() {
      clearInterval(timer)
      await flushing
      await flush()
    },
  }
}

function join(count: Required<Counted>, more: Required<Counted>): void {
  count.requests += more.requests
  count.bytes += more.bytes
  count.last = Math.max(count.last, more.last)
}
