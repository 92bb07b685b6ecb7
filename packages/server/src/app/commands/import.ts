import type { Config } from '../../config/config.ts'
import { importServer } from '../../domain/moving/index.ts'
import { bytesInWords, count } from '../../kernel/words.ts'
import { readExport } from '../../services/export-folder/index.ts'
import { systemClock as clock } from '../clock.ts'
import type { Progress, Report } from '../control/report.ts'
import { openLog } from '../log.ts'
import { openStore } from '../store.ts'
import { following } from './following.ts'

/** `tholed import DIR`: into a server that has nothing yet, and does not run. */
export async function* importFrom(config: Config, folder: string): AsyncGenerator<Report> {
  const begun = performance.now()
  await using store = await openStore(config, openLog(config.log))
  const progress: Progress = { of: 'blocks', done: 0, total: 0, unit: 'bytes' }
  const onProgress = ({ bytes, of }: { bytes: number; of: number }) => void Object.assign(progress, { done: bytes, total: of })
  const importing = importServer({ ...store, clock, source: readExport(folder), minFree: config.blocks.minFree, signal: new AbortController().signal, onProgress })
  yield* following(importing, () => progress)
  const { rows, blocks, bytes, lacking } = await importing
  if (lacking > 0) yield { line: `the export lacks blocks of ${count(lacking, 'DAG')}; its files "….lacking.ndjson" name them` }
  yield { line: `import: ${count(rows, 'row')}, ${count(blocks, 'block')}, ${bytesInWords(bytes)}, ${((performance.now() - begun) / 1000).toFixed(1)} s` }
  yield { exit: 0 }
}
