import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readExport, writeExport } from '../../../services/export-folder/index.ts'
import type { BlockStore } from '../../../ports/block-store.ts'
import type { Db } from '../../../ports/db/index.ts'
import { exportServer, importServer, type LackingDag } from '../index.ts'
import type { Manifest } from '../manifest.ts'

export interface House {
  db: Db
  blocks: BlockStore
}

const clock = { now: () => 2_000_000 }
const signal = new AbortController().signal

/** Writes everything of a house into a folder; returns what lacks blocks. */
export async function moveOut({ db, blocks }: House, folder: string, { maxCarBytes }: { maxCarBytes?: number } = {}): Promise<LackingDag[]> {
  const lacking: LackingDag[] = []
  await writeExport(folder, exportServer({ db, blocks, clock, by: 'a test', written: readExport(folder), maxCarBytes, onLack: (one) => void lacking.push(one), signal }))
  return lacking
}

export function moveIn({ db, blocks }: House, folder: string) {
  return importServer({ db, blocks, clock, source: readExport(folder), minFree: 0, signal })
}

/** Every row that is moved, as text, by table. */
export async function allRows({ db }: House): Promise<Record<string, string[]>> {
  await using snapshot = await db.snapshot()
  const { moving } = snapshot.reader
  const rows: Record<string, string[]> = {}
  for (const table of moving.tables()) rows[table] = (await moving.rows(table, undefined, 1e6)).map((row) => JSON.stringify(row, Object.keys(row).toSorted())).toSorted()
  return rows
}

export const carPath = (folder: string, number = 1, kind = 'dags') => join(folder, kind, `${String(number).padStart(6, '0')}.car`)

/** Other lines of a table, which the manifest speaks of. */
export async function rewriteRows(folder: string, table: string, rewrite: (lines: string[]) => string[]): Promise<void> {
  const path = join(folder, 'rows', `${table}.ndjson`)
  const lines = rewrite((await readFile(path, 'utf8')).split('\n').filter((line) => line !== ''))
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  await writeFile(path, text)
  const manifest: Manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))
  Object.assign(manifest.files.find(({ file }) => file === `rows/${table}.ndjson`)!, { bytes: text.length, count: lines.length, sha256: createHash('sha256').update(text).digest('hex') })
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest))
}
