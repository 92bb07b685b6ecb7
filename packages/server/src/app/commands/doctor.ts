import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../../config/config.ts'
import { openDb } from '../../db/index.ts'
import { examine, type Finding, type Patient } from '../doctor/index.ts'
import { examineBucket } from '../doctor/bucket.ts'
import { bad, wordsOf } from '../doctor/finding.ts'
import { examineMachine } from '../doctor/machine.ts'
import { askServer } from '../control/client.ts'
import type { Report } from '../control/report.ts'

/** Each finding as JSON, for the command that asked. */
export async function* doctorWork(patient: Patient): AsyncGenerator<Report> {
  for await (const finding of examine(patient)) yield { line: JSON.stringify(finding) }
  yield { exit: 0 }
}

/** `tholed doctor`: one line a finding. Exits with 1 where one is bad. */
export async function* doctor(config: Config, { json = false }: { json?: boolean }): AsyncGenerator<Report> {
  let exit = 0
  for await (const finding of findings(config)) {
    if (finding.verdict === 'bad') exit = 1
    yield { line: json ? JSON.stringify(finding) : inWords(finding) }
  }
  yield { exit }
}

async function* findings(config: Config): AsyncGenerator<Finding> {
  const reports = await askServer(config.dataFolder, 'doctor').catch((error: unknown) => wordsOf(error))
  if (typeof reports === 'string') {
    yield bad('server', reports, 'run this as the user of the server')
    return yield* examineMachine(config)
  }
  if (!reports) return yield* examineAlone(config)
  for await (const report of reports) if ('line' in report) yield JSON.parse(report.line) as Finding
}

/** Makes nothing: neither folder nor database, nor tables in it. */
async function* examineAlone(config: Config): AsyncGenerator<Finding> {
  const path = join(config.dataFolder, 'thole.sqlite')
  const isThere = config.databaseUrl !== undefined || (await access(path).then(() => true, () => false))
  if (!isThere) {
    yield* examineMachine(config)
    yield { check: 'database', verdict: 'warn', words: `there is no ${path} yet`, help: 'the server makes it at its first start; where there was one, restore a backup (docs/backup.md)' }
    yield* examineBucket(config)
    return
  }
  const db = await openDb({ url: config.databaseUrl ?? path })
  try {
    yield* examine({ config, db })
  } finally {
    await db.close()
  }
}

function inWords({ check, verdict, words, help }: Finding): string {
  const line = `${verdict.padEnd(5)} ${check.padEnd(14)} ${words}`
  return help === undefined ? line : `${line}\n${' '.repeat(21)}→ ${help}`
}
