import { bytesInWords } from '../../kernel/words.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Db } from '../../ports/db/index.ts'
import type { Report } from '../control/report.ts'

/** `tholed store stats`: a small table. */
export async function* statsWork({ db, blocks }: { db: Db; blocks: BlockStore }): AsyncGenerator<Report> {
  const stats = await blocks.stats()
  const dags = await db.read((r) => r.audit.countDags())
  const rows: [string, string][] = [
    ['blocks', stats.blocks.toLocaleString('en')],
    ['bytes', bytesInWords(stats.bytes)],
    ['segments', stats.segments.toLocaleString('en')],
    ['free', Number.isFinite(stats.free) ? bytesInWords(stats.free) : 'no limit'],
    ['damaged', stats.damaged.toLocaleString('en')],
    ['DAGs', dags.toLocaleString('en')],
  ]
  for (const [name, value] of rows) yield { line: `${name.padEnd(10)}${value}` }
  yield { exit: 0 }
}
