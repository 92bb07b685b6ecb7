import type { RebuildProgress } from '../../blocks/index.ts'
import type { Config } from '../../config/config.ts'
import { noteRevival } from '../../domain/reclaim/index.ts'
import { bytesInWords, count } from '../../kernel/words.ts'
import type { Report } from '../control/report.ts'
import { rebuildBlocks } from '../blocks.ts'
import { openDatabase } from '../database.ts'
import { openLog } from '../log.ts'
import { beAlone } from '../single-server.ts'
import { following } from './following.ts'
import { demandFolder } from './run-work.ts'

/** `tholed store rebuild-index`: what the index says is forgotten, and read again from the segments. */
export async function* rebuildIndex(config: Config): AsyncGenerator<Report> {
  await demandFolder(config.dataFolder)
  const log = openLog(config.log)
  const release = await beAlone(config, log)
  try {
    const begun = performance.now()
    let last: RebuildProgress = { bytes: 0, of: 0 }
    const rebuilding = rebuildBlocks(config, log, (progress) => (last = progress))
    yield* following(rebuilding, () => ({ of: 'segments', done: last.bytes, total: last.of, unit: 'bytes' }))
    const { segments, blocks, bytes, damaged } = await rebuilding
    await leaveToReclaim(config)
    const seconds = ((performance.now() - begun) / 1000).toFixed(1)
    yield { line: `store rebuild-index: ${count(blocks, 'block')} in ${count(segments, 'segment')}, ${bytesInWords(bytes)} read, ${damaged} damaged, ${seconds} s` }
    yield { exit: damaged === 0 ? 0 : 1 }
  } finally {
    await release()
  }
}

/** Blocks that were freed and not overwritten yet are found again. */
async function leaveToReclaim(config: Config): Promise<void> {
  const db = await openDatabase(config)
  try {
    await db.write(noteRevival)
  } finally {
    await db.close()
  }
}
