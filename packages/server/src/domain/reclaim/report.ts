import type { Db } from '../../ports/db/index.ts'

/** What the last reclaim did. */
export interface ReclaimReport {
  /** Milliseconds since the epoch. */
  started: number
  ended: number
  /** DAGs that were let go for good. */
  dags: number
  /** Blocks that are no longer stored, and bytes that went back to the medium. */
  blocks: number
  bytes: number
  /** Why nothing was swept: a block with links is damaged or lost, and what lies below it would be taken for unwanted. It goes on after the repair. */
  blocked?: 'damaged' | 'absent'
}

const name = 'reclaim-report'

export async function readReport(db: Db): Promise<ReclaimReport | undefined> {
  const text = await db.read((r) => r.instance.get(name))
  return text === undefined ? undefined : (JSON.parse(text) as ReclaimReport)
}

export async function writeReport(db: Db, report: ReclaimReport): Promise<void> {
  const { ended, bytes, blocks, dags } = report
  await db.write(async (w) => {
    await w.instance.set(name, JSON.stringify(report))
    if (bytes > 0) await w.events.insert({ kind: 'store.reclaimed', actor: { kind: 'system' }, at: ended, data: { bytes, blocks, dags } })
  })
}
