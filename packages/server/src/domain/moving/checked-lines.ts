import type { MovedRow } from '../../ports/db/index.ts'
import type { ExportSource } from '../../ports/export-files.ts'
import { checkedFile, damagedFile } from './checked-file.ts'
import { linesOf } from './lines.ts'
import type { ManifestFile } from './manifest.ts'
import { lineToRow } from './row-text.ts'

/** The lines of a file; fault CONFLICT behind the last of them where they are not those that the manifest speaks of. */
export async function* checkedLines(source: ExportSource, file: ManifestFile, signal: AbortSignal): AsyncGenerator<string> {
  let lines = 0
  try {
    for await (const line of linesOf(checkedFile(source, file, signal))) {
      lines++
      yield line
    }
  } catch (error) {
    throw error instanceof SyntaxError ? damagedFile(file.file, error.message, error) : error
  }
  if (lines !== file.count) throw damagedFile(file.file, `it has ${lines} rows, and had ${file.count}`)
}

/** As rows; faults as `checkedLines`. */
export async function* checkedRows(source: ExportSource, file: ManifestFile, signal: AbortSignal): AsyncGenerator<MovedRow> {
  let rows = 0
  for await (const line of checkedLines(source, file, signal)) {
    rows++
    yield rowOf(line)
  }

  function rowOf(line: string): MovedRow {
    try {
      return lineToRow(line)
    } catch (error) {
      throw damagedFile(file.file, `its line ${rows} is not a row`, error)
    }
  }
}
