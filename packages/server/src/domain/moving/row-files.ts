import type { MovedRow, Reader } from '../../ports/db/index.ts'
import type { Piece } from '../../ports/export-files.ts'
import { rowToLine } from './row-text.ts'

const slice = 500

/** Values of the instance that speak of this server's block store, of its processes and of the nodes that it follows. */
const ofThisServer: ReadonlySet<unknown> = new Set(['store', 'scrub', 'scrub-rate', 'reclaim-report', 'reclaim-at-start', 'providing', 'replicas'])

export function rowFile(table: string): string {
  return `rows/${table}.ndjson`
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
      const moved = table === 'instance' ? rows.filter(({ name }) => !ofThisServer.has(name)) : rows
      yield { file: rowFile(table), bytes: [Buffer.from(moved.map(rowToLine).join(''))], count: moved.length }
    } while (after)
  }
}
