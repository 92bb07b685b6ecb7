import type { Block } from '@thole/dag'
import { fault, toFault } from '../../kernel/faults.ts'
import { bytesInWords } from '../../kernel/words.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'
import type { ExportSource } from '../../ports/export-files.ts'
import { readCheckedCar } from './checked-car.ts'
import { checkedLines } from './checked-lines.ts'
import { demandWhole, isLackingFile } from './demand-whole.ts'
import { importRows } from './import-rows.ts'
import { type Manifest, type ManifestFile, readManifest, unusable } from './manifest.ts'
import { isRowFile, rowFile } from './row-files.ts'

export interface ImportServerParts {
  db: Db
  blocks: BlockStore
  clock: Clock
  source: ExportSource
  /** Bytes that must stay free. */
  minFree: number
  signal: AbortSignal
  onProgress?: (progress: { bytes: number; of: number }) => void
}

export interface Imported {
  rows: number
  blocks: number
  bytes: number
  /** DAGs of which the export lacks blocks. */
  lacking: number
}

/** Bytes of blocks. */
const commitEvery = 128 << 20

/**
 * Brings an export into a server that has nothing yet: first every block, each checked, then, where every complete DAG is whole, all rows
 * in one transaction. What ends before has shown nothing to anybody and may be begun again. Faults CONFLICT, NOT_FOUND.
 */
export async function importServer(parts: ImportServerParts): Promise<Imported> {
  return bringIn(parts).catch((error: unknown) => {
    const reason = 'no room is left for it; nothing of the export is shown yet. Make room and import it again: it goes on from the blocks that are here'
    throw toFault(error).code === 'STORAGE_FULL' ? fault('CONFLICT', { reason }, { cause: error }) : error
  })
}

async function bringIn({ db, blocks, clock, source, minFree, signal, onProgress }: ImportServerParts): Promise<Imported> {
  const manifest = await readManifest(source)
  await demandKnown(manifest, db)
  await demandTables(manifest, db)
  await demandEmpty(db)
  const rowFiles = manifest.files.filter(({ file }) => isRowFile(file))
  const lackingFiles = manifest.files.filter(isLackingFile)
  const cars = manifest.files.filter(({ file }) => file.endsWith('.car'))
  const of = cars.reduce((sum, { bytes }) => sum + bytes, 0)
  // An import that ended on the way has left blocks here, which take no room again.
  const { free, bytes: here } = await blocks.stats()
  const room = free - minFree + here
  if (of > room) throw fault('CONFLICT', { reason: `the export has ${bytesInWords(of)} of blocks, and there is room for ${bytesInWords(Math.max(0, room))}` })

  // Before gigabytes are copied in vain.
  for (const file of [...rowFiles, ...lackingFiles]) for await (const _ of checkedLines(source, file, signal));
  // Another process of the same database would free what no row holds yet.
  await using run = await blocks.reclaim()
  let bytes = 0
  for (const car of cars) {
    const before = bytes
    await importCar(car, (read) => onProgress?.({ bytes: before + read, of }))
    bytes += car.bytes
  }
  await demandWhole({ blocks, run, source, files: manifest.files, signal })
  const rows = await importRows(db, { source, files: rowFiles, schema: manifest.schema, clock, signal })
  const lacking = lackingFiles.reduce((sum, { count }) => sum + count, 0)
  return { rows, blocks: cars.reduce((sum, { count }) => sum + count, 0), bytes, lacking }

  async function importCar(car: ManifestFile, onRead: (bytes: number) => void): Promise<void> {
    await using writer = blocks.writer({ signal })
    let uncommitted = 0
    let committing: Promise<void> = Promise.resolve()
    async function put(block: Block): Promise<void> {
      await writer.put(block)
      if ((uncommitted += block.bytes.length) < commitEvery) return
      uncommitted = 0
      // The disk writes what came while the next blocks are checked.
      await committing
      committing = writer.commit()
      committing.catch(() => undefined)
    }
    await readCheckedCar(source, car, { signal, onRead, put })
    await committing
    await writer.commit()
  }
}

async function demandKnown({ schema }: Manifest, db: Db): Promise<void> {
  const known = await db.read((r) => r.moving.schema())
  const strange = schema.find((name) => !known.includes(name))
  if (strange !== undefined) throw fault('CONFLICT', { reason: `the export was made by a newer version of Thole (${strange})` })
}

/**
 * Every table that is moved has its file. So it has been since the first version that exports: a table that a later change of the schema brings
 * may be asked only of exports that have seen the change.
 */
async function demandTables({ files }: Manifest, db: Db): Promise<void> {
  const wanted = new Set(await db.read(async (r) => r.moving.tables().map(rowFile)))
  for (const { file } of files) {
    if (isRowFile(file) && !wanted.delete(file)) throw unusable(`it names ${file}, which is of no table`)
  }
  const [lacking] = wanted
  if (lacking !== undefined) throw unusable(`it does not name ${lacking}`)
}

async function demandEmpty(db: Db): Promise<void> {
  const table = await db.read((r) => r.moving.firstInUse())
  if (table !== undefined) throw fault('CONFLICT', { reason: `an import needs a server that has nothing yet, and this one has rows of ${table.replaceAll('_', ' ')}; choose an empty THOLE_DATA, and database` })
}
