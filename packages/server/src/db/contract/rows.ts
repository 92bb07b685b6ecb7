import { createHash } from 'node:crypto'
import type { Account, Db, PinRequest, Upload, Writer } from '../../ports/db/index.ts'

/** Rows for the contract tests: whatever a test does not name has a plain value. */
export async function newAccount(db: Db, change: Partial<Account> = {}): Promise<Account> {
  const id = crypto.randomUUID()
  const account: Account = { id, email: `${id}@example.org`, role: 'user', created: 1, suspended: false, ...change }
  await db.write((w) => w.accounts.insert(account))
  return account
}

/** A text that is as unique as a CID, and reads the same each time. */
export function cidOf(name: string): string {
  return `bafk${createHash('sha256').update(name).digest('hex')}`
}

/** Adds a pin request (and its DAG) in its own transaction. */
export function addPin(db: Db, accountId: string, change: Partial<PinRequest> = {}): Promise<PinRequest> {
  return db.write((w) => insertPin(w, accountId, change))
}

export async function insertPin(w: Writer, accountId: string, change: Partial<PinRequest> = {}): Promise<PinRequest> {
  const dag = change.dag ?? cidOf('some dag')
  await w.dags.lock(dag, 1)
  const created = change.created ?? (await w.accounts.nextStamp(accountId, 1000))
  const pin: PinRequest = { id: crypto.randomUUID(), accountId, cid: dag, dag, origins: [], status: 'pinned', deadline: 9e12, ...change, created }
  await w.pins.insert(pin)
  return pin
}

export async function addUpload(db: Db, accountId: string, change: Partial<Upload> = {}): Promise<Upload> {
  return db.write(async (w) => {
    const roots = change.roots ?? [{ cid: cidOf('root'), dag: cidOf('root') }]
    const upload: Upload = { id: crypto.randomUUID(), accountId, kind: 'file', bytes: 3, created: await w.accounts.nextStamp(accountId, 1000), ...change, roots }
    await w.uploads.insert(upload)
    for (const { dag } of roots) await w.dags.lock(dag, 1)
    return upload
  })
}
