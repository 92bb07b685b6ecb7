import type { Db } from '../../ports/db/index.ts'

export interface ServedLimits {
  /** Milliseconds after which a root is looked up again, since another process may have changed it. */
  maxAge: number
  /** Roots remembered. */
  maxRoots: number
}

/**
 * Whether a root (canonical text) may be given away: it was never named here, or something holds it. Answers are remembered until
 * this process writes anything to the database, or `maxAge` is over.
 */
export function servedRoots(db: Db, { maxAge, maxRoots }: ServedLimits): (root: string) => Promise<boolean> | boolean {
  const known = new Map<string, { served: boolean; until: number }>()
  let commits = db.commits

  async function look(root: string): Promise<boolean> {
    const until = performance.now() + maxAge
    const before = db.commits
    const dag = await db.read((r) => r.dags.get(root))
    const served = dag === undefined || dag.holders > 0
    if (before !== db.commits || before !== commits) return served
    if (known.size >= maxRoots) known.delete(known.keys().next().value!)
    known.set(root, { served, until })
    return served
  }

  return (root) => {
    if (commits !== db.commits) known.clear()
    commits = db.commits
    const last = known.get(root)
    return last !== undefined && performance.now() < last.until ? last.served : look(root)
  }
}
