import type { Db } from '../ports/db/index.ts'

/** What the last `tholed backup` did. */
export interface LastBackup {
  /** Milliseconds since the epoch. */
  ended: number
  name: string
  bytes: number
  copied: number
}

const name = 'backup-report'

export async function noteBackup(db: Db, report: LastBackup): Promise<void> {
  await db.write((w) => w.instance.set(name, JSON.stringify(report)))
}

export async function lastBackup(db: Db): Promise<LastBackup | undefined> {
  const text = await db.read((r) => r.instance.get(name))
  return text === undefined ? undefined : (JSON.parse(text) as LastBackup)
}
