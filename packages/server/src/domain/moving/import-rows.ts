import { fault, toFault } from '../../kernel/faults.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, MovedRow, Writer } from '../../ports/db/index.ts'
import type { ExportSource } from '../../ports/export-files.ts'
import { enqueueFetch } from '../fetching/index.ts'
import { followAnew } from '../replicas/index.ts'
import { checkedRows } from './checked-lines.ts'
import type { ManifestFile } from './manifest.ts'
import { isMoved, rowFile } from './row-files.ts'

export interface ImportRowsParts {
  source: ExportSource
  /** One of each table. */
  files: readonly ManifestFile[]
  /** Changes that the schema of the rows has seen. */
  schema: readonly string[]
  clock: Clock
  signal: AbortSignal
}

const slice = 500

/** All rows in one transaction, and the jobs without which some would wait for ever. Returns how many. */
export function importRows(db: Db, { source, files, schema, clock, signal }: ImportRowsParts): Promise<number> {
  return db.write(async (w) => {
    let rows = 0
    for (const table of w.moving.tables()) {
      const file = files.find((one) => one.file === rowFile(table))!
      for await (const all of rowsOf(source, file, signal)) {
        const some = all.filter((row) => isMoved(table, row)).map((row) => asOfToday(table, row, schema))
        await w.moving.insert(table, some).catch((error: unknown) => {
          throw asFault(file, rows, error)
        })
        if (table === 'pin_request') await wakeFetches(w, some, clock.now())
        rows += some.length
      }
    }
    await followAnew(w)
    return rows
  })
}

async function* rowsOf(source: ExportSource, file: ManifestFile, signal: AbortSignal): AsyncGenerator<MovedRow[]> {
  let rows: MovedRow[] = []
  for await (const row of checkedRows(source, file, signal)) {
    if (rows.push(row) < slice) continue
    yield rows
    rows = []
  }
  if (rows.length > 0) yield rows
}

/** What later changes of the schema have worked out from rows that were there. */
function asOfToday(table: string, row: MovedRow, schema: readonly string[]): MovedRow {
  return table === 'upload' && !schema.includes('0023-brought') ? { ...row, block_bytes: row.bytes ?? 0 } : row
}

/** As requests that come in do. */
async function wakeFetches(w: Writer, rows: readonly MovedRow[], now: number): Promise<void> {
  for (const { dag, account_id, status } of rows) {
    if (status === 'queued' || status === 'pinning') await enqueueFetch(w, String(dag), String(account_id), now)
  }
}

/** A full disk and a database that is away say so themselves. */
function asFault({ file }: ManifestFile, row: number, error: unknown) {
  const found = toFault(error)
  const cause = found.cause instanceof Error ? found.cause.message : found.message
  return found.code === 'INTERNAL' || found.code === 'INVALID_REQUEST' ? fault('CONFLICT', { reason: `rows of ${file} behind the ${row}th cannot be taken over: ${cause}` }, { cause: error }) : found
}
