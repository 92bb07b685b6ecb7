import { access } from 'node:fs/promises'
import type { Config } from '../../config/config.ts'
import { fault } from '../../kernel/faults.ts'
import { askServer } from '../control/client.ts'
import type { Report } from '../control/report.ts'
import { openLog } from '../log.ts'
import { openStore } from '../store.ts'
import { progressLine } from './progress.ts'
import { storeWorks, type WorkName } from './works.ts'

/** Has the running server do it, or does it where none runs. */
export async function* doWork(config: Config, name: WorkName, operand = ''): AsyncGenerator<Report> {
  const reports = await askServer(config.dataFolder, name, operand)
  if (reports) return yield* reports
  await demandFolder(config.dataFolder)
  const log = openLog(config.log)
  await using store = await openStore(config, log)
  yield* storeWorks({ ...store, config, log })[name](new AbortController().signal, operand)
}

/** Prints what comes: findings on standard output, progress on a terminal. Returns the exit code. */
export async function print(reports: AsyncIterable<Report>): Promise<number> {
  const progress = progressLine(process.stderr)
  let code = 1
  try {
    for await (const report of reports) {
      if ('progress' in report) progress.show(report.progress)
      else progress.clear()
      if ('line' in report) process.stdout.write(`${report.line}\n`)
      if ('exit' in report) code = report.exit
    }
  } finally {
    progress.clear()
  }
  return code
}

/** A command makes no new store by mistake. */
export async function demandFolder(folder: string): Promise<void> {
  await access(folder).catch(() => {
    throw fault('NOT_FOUND', { what: `data folder ${folder} (THOLE_DATA)` })
  })
}
