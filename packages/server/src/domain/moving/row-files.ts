import type { MovedRow, Reader } from '../../ports/db/index.ts'
import type { Piece } from '../../ports/export-files.ts'
import { rowToLine } from './row-text.ts'

const slice = 500

/** Values of the instance that speak of this server's block store, of its processes and of the nodes that it follows. */
const ofThisServer: ReadonlySet<unknown> = new Set(['store', 'scrub', 'scrub-rate', 'reclaim-report', 'reclaim-at-start', 'providing', 'replicas'])

export function rowFile(table: string): string {
  return `rows/${table}.ndjson`
}

/** Whether a row goes along: neither is it written nor, where an export has it all the same, taken over. */
export function isMoved(table: string, { name }: MovedRow): boolean {
  return table !== 'instance' || !ofThisServer.has(name)
}

export function isRowFile(file: string): boolean {
  return file.startsWith('rows/')
}

/** One file a table, one line a row; also where there are none. */
export async function* rowFiles(r: Reader, signal: AbortSignal): AsyncGenerator<Piece> {
  for (const table of r.moving.tables()) {
    let after: MovedRow | undefined
    do {
      signal.throwIfAborted()
      const rows: MovedRow[] = await r.moving.rows(table, after, slice)
      after = rows.length < slice ? undefined : rows.at(-1)
      const moved = rows.filter((row) => isMoved(table, row))
      yield { file: rowFile(table), bytes: [Buffer.from(moved.map(rowToLine).join(''))], count: moved.length }
    } while (after)
  }
}
