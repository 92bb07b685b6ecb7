import type { Db } from '../../ports/db/index.ts'

export interface ServedLimits {
  /** Milliseconds after which a root is looked up again, since another process may have changed it. */
  maxAge: number
  /** Roots remembered. */
  maxRoots: number
}

export interface ServedRoot {
  /** It may be given away: it was never named here, or something holds it. */
  served: boolean
  /** It is stored, and waits for its first reader to be pinned. */
  unpinned: boolean
}

/**
 * What readers may have of a root (canonical text). Answers are remembered until this process writes anything to the database, or `maxAge`
 * is over.
 */
export function servedRoots(db: Db, { maxAge, maxRoots }: ServedLimits): (root: string) => Promise<ServedRoot> | ServedRoot {
  const known = new Map<string, ServedRoot & { until: number }>()
  let commits = db.commits

  async function look(root: string): Promise<ServedRoot> {
    const until = performance.now() + maxAge
    const before = db.commits
    const standing = await db.read((r) => r.dags.standing(root))
    const served = standing === undefined || standing.holders > 0
    const found = { served, unpinned: served && standing?.state === 'complete' && standing.unpinned }
    if (before !== db.commits || before !== commits) return found
    if (known.size >= maxRoots) known.delete(known.keys().next().value!)
    known.set(root, { ...found, until })
    return found
  }

  return (root) => {
    if (commits !== db.commits) known.clear()
    commits = db.commits
    const last = known.get(root)
    return last !== undefined && performance.now() < last.until ? last : look(root)
  }
}
