import type { Config } from '../../config/config.ts'
import { lastReclaim } from '../../domain/reclaim/index.ts'
import { lastScrub } from '../../domain/scrub/index.ts'
import { bytesInWords, count, durationInWords } from '../../kernel/words.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Db } from '../../ports/db/index.ts'
import { lastBackup } from '../backup-report.ts'
import { bad, ok, warn, type Finding } from './finding.ts'

export interface CareParts {
  config: Config
  db: Db
  /** Where a server has it open. */
  blocks?: BlockStore
}

const day = 86_400_000
const reclaimLate = 3 * day
const backupLate = 8 * day

/** Blocks, and when they were last looked after. */
export async function* examineStore(parts: CareParts): AsyncGenerator<Finding> {
  const { blocks: place } = parts.config
  if (parts.blocks) yield await blocks(parts.blocks)
  yield await scrub(parts)
  yield await reclaim(parts.db)
  if ('folder' in place && !parts.config.databaseUrl) yield await backup(parts.db)
}

async function blocks(store: BlockStore): Promise<Finding> {
  const stats = await store.stats()
  const words = `${count(stats.blocks, 'block')}, ${bytesInWords(stats.bytes)} in ${count(stats.segments, 'segment')}`
  if (stats.damaged === 0) return ok('blocks', words)
  return bad('blocks', `${words}; ${count(stats.damaged, 'block')} damaged`, '"tholed store check" names the DAGs: upload that content again, or let a peer that has it be found; look at the disk')
}

async function scrub({ config, db }: CareParts): Promise<Finding> {
  const last = await lastScrub(db)
  const { period } = config.scrub
  if (period === 0 && !last) return warn('scrub', 'no block is ever read again to see whether it is well', 'set THOLE_SCRUB_DAYS, or run "tholed store scrub" now and then')
  if (!last) return ok('scrub', 'the first round has not ended yet')
  const words = `every block was read ${ago(last.finished)}`
  if (last.damaged > 0) return warn('scrub', `${words}; ${count(last.damaged, 'block')} damaged`, '"tholed store check" tells whether they are repaired')
  if (period > 0 && Date.now() - last.finished > 2 * period) return warn('scrub', words, 'it falls behind: raise THOLE_SCRUB_RATE')
  return ok('scrub', words)
}

async function reclaim(db: Db): Promise<Finding> {
  const last = await lastReclaim(db)
  if (!last) return ok('reclaim', 'none was due yet')
  if (last.blocked) return bad('reclaim', `nothing can be freed, since a block with links is ${last.blocked}`, '"tholed store check" names it: upload that content again, or delete what holds it')
  return Date.now() - last.ended > reclaimLate ? warn('reclaim', `the last one ended ${ago(last.ended)}`, 'see in the log why none ran since') : ok('reclaim', `the last one ended ${ago(last.ended)}`)
}

async function backup(db: Db): Promise<Finding> {
  const last = await lastBackup(db)
  if (!last) return warn('backup', 'none was ever made here', 'run "tholed backup DIR" each day, onto another disk (docs/backup.md)')
  return Date.now() - last.ended > backupLate ? warn('backup', `the last one was made ${ago(last.ended)}`, 'see why "tholed backup" does not run any more') : ok('backup', `the last one was made ${ago(last.ended)}`)
}

function ago(time: number): string {
  return `${durationInWords(Math.max(0, Date.now() - time))} ago`
}
