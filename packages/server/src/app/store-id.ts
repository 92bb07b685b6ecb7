import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { fault } from '../kernel/faults.ts'
import type { Db } from '../ports/db/index.ts'

/** Under this name the database remembers the store that its rows speak of. */
const remembered = 'store'

/**
 * Refuses a store that is not the one the database speaks of: a wrong variable, or a disk that is not mounted. A database without
 * DAGs takes any store; `adopt` takes this one whatever it is. Fault CONFLICT.
 */
export async function matchStore(folder: string, db: Db, { adopt = false } = {}): Promise<void> {
  const found = await readId(folder)
  const known = await db.read((r) => r.instance.get(remembered))
  if (known !== undefined && known === found) return
  const isFree = adopt || known === undefined || (await db.read((r) => r.audit.dags('', 1))).length === 0
  if (!isFree) {
    const what = found === undefined ? 'is not the block store that the database speaks of (it has no store.id)' : 'belongs to another database'
    throw fault('CONFLICT', { reason: `${folder} ${what}; point THOLE_BLOCKS, THOLE_DATA or THOLE_DATABASE_URL to where they belong, or accept this store with "tholed store adopt"` })
  }
  const id = found ?? crypto.randomUUID()
  if (found === undefined) await writeId(folder, id)
  await db.write((w) => w.instance.set(remembered, id))
}

async function readId(folder: string): Promise<string | undefined> {
  try {
    return (await readFile(join(folder, 'store.id'), 'utf8')).trim() || undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Durable when it resolves. */
async function writeId(folder: string, id: string): Promise<void> {
  const path = join(folder, 'store.id')
  {
    await using file = await open(`${path}.new`, 'w', 0o600)
    await file.writeFile(`${id}\n`)
    await file.sync()
  }
  await rename(`${path}.new`, path)
  await using entries = await open(folder, 'r')
  await entries.sync()
}
