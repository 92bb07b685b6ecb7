import { exportServer, type ExportServerParts, type LackingDag } from '../../domain/moving/index.ts'
import { bytesInWords, count } from '../../kernel/words.ts'
import type { Piece } from '../../ports/export-files.ts'
import { readExport, writeExport } from '../../services/export-folder/index.ts'
import type { Report } from '../control/report.ts'
import { version } from '../version.ts'
import { following } from './following.ts'

/** DAGs that are named one by one; the files beside the CARs name all. */
const shownLacking = 1_000

/** `tholed export DIR`: what lacks blocks one a line, then the verdict. */
export async function* exportWork(parts: Pick<ExportServerParts, 'db' | 'blocks' | 'clock'>, folder: string, signal: AbortSignal): AsyncGenerator<Report> {
  const begun = performance.now()
  const lacking: LackingDag[] = []
  let lackingDags = 0
  const onLack = (one: LackingDag) => {
    if (++lackingDags <= shownLacking) lacking.push(one)
  }
  const done = { rows: 0, blocks: 0, bytes: 0 }
  const pieces = exportServer({ ...parts, by: `Thole ${version}`, written: readExport(folder), onLack, signal })
  const { bytes: total } = await parts.blocks.stats()
  const writing = writeExport(folder, counted(pieces, done))
  try {
    yield* following(writing, () => ({ of: 'export', done: done.bytes, total, unit: 'bytes' }))
  } finally {
    // Who goes away has it ended, which takes away what was written.
    await writing.catch(() => undefined)
  }
  for (const { dag, absent, damaged, first } of lacking) yield { line: `DAG ${dag}: ${count(absent, 'block')} of it are not here and ${count(damaged, 'block')} damaged (first: ${first})` }
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  const verdict = lackingDags === 0 ? 'whole' : `${count(lackingDags, 'DAG')} with blocks that are lost here`
  yield { line: `export: ${verdict}, ${count(done.rows, 'row')}, ${count(done.blocks, 'block')}, ${bytesInWords(done.bytes)}, ${seconds} s` }
  yield { exit: lackingDags === 0 ? 0 : 1 }
}

async function* counted(pieces: AsyncIterable<Piece>, done: { rows: number; blocks: number; bytes: number }): AsyncGenerator<Piece> {
  for await (const piece of pieces) {
    if (piece.file.startsWith('rows/')) done.rows += piece.count
    if (piece.file.endsWith('.car')) done.blocks += piece.count
    for (const { length } of piece.bytes) done.bytes += length
    yield piece
  }
}
