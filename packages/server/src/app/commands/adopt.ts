import type { Config } from '../../config/config.ts'
import { count } from '../../kernel/words.ts'
import type { Report } from '../control/report.ts'
import { blocksInWords } from '../blocks.ts'
import { openLog } from '../log.ts'
import { openStore } from '../store.ts'
import { demandFolder } from './run-work.ts'

/** `tholed store adopt`: from now on the database speaks of the block store that the variables name. */
export async function* adopt(config: Config): AsyncGenerator<Report> {
  await demandFolder(config.dataFolder)
  await using store = await openStore(config, openLog(config.log), { adopt: true })
  const { blocks } = await store.blocks.stats()
  yield { line: `adopted ${blocksInWords(config)} with ${count(blocks, 'block')}; "tholed store check" tells what the database misses in it; what the database does not hold of it, the next reclaim frees` }
  yield { exit: 0 }
}
