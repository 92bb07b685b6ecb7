import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { fault } from '../kernel/faults.ts'
import type { BlockStore } from '../ports/block-store.ts'
import type { Db } from '../ports/db/index.ts'

/** Under this name the database remembers the store that its rows speak of. */
const remembered = 'store'

/**
 * Refuses a store that is not the one the database speaks of: a wrong variable, a disk that is not mounted, a database that was lost. A
 * reclaim would free all that the database does not know. A database without DAGs takes a store without blocks; `adopt` takes this one
 * whatever it is. Fault CONFLICT.
 */
export async function matchStore(folder: string, db: Db, blocks: BlockStore, { adopt = false } = {}): Promise<void> {
  const found = await readId(folder)
  const known = await db.read((r) => r.instance.get(remembered))
  if (known !== undefined && known === found) return
  if (!adopt) await demandFresh(folder, db, blocks, found)
  const id = found ?? crypto.randomUUID()
  // The other way round, a crash in between would leave an id that no database knows.
  await db.write((w) => w.instance.set(remembered, id))
  if (found === undefined) await writeId(folder, id)
}

async function demandFresh(folder: string, db: Db, blocks: BlockStore, found: string | undefined): Promise<void> {
  const help = 'point THOLE_BLOCKS, THOLE_DATA or THOLE_DATABASE_URL to where they belong, or accept this store with "tholed store adopt"'
  if ((await db.read((r) => r.audit.dags('', 1))).length > 0) {
    const what = found === undefined ? 'is not the block store that the database speaks of (it has no store.id)' : 'belongs to another database'
    throw fault('CONFLICT', { reason: `${folder} ${what}; ${help}` })
  }
  if (found !== undefined && (await blocks.stats()).blocks > 0) {
    throw fault('CONFLICT', { reason: `${folder} has blocks that this database, which is new, knows nothing of, and would free; restore the database, ${help}` })
  }
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
