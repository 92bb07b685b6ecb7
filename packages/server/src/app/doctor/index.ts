import type { Config } from '../../config/config.ts'
import { count } from '../../kernel/words.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Db } from '../../ports/db/index.ts'
import type { NetworkStatus } from '../../ports/network.ts'
import { examineBucket } from './bucket.ts'
import { examineDatabase } from './database.ts'
import { bad, ok, warn, wordsOf, type Finding } from './finding.ts'
import { examineMachine } from './machine.ts'
import { examineReach } from './reach.ts'
import { examineStore } from './store.ts'

export type { Finding }

export interface Patient {
  config: Config
  db: Db
  /** Of a server that runs. */
  blocks?: BlockStore
  network?: NetworkStatus
}

/** Everything that can be told without reading what is stored. A room that fails is a finding, and the others are looked at all the same. */
export async function* examine({ config, db, blocks, network }: Patient): AsyncGenerator<Finding> {
  yield blocks ? ok('server', `process ${process.pid} has run for ${Math.round(process.uptime())} s`) : warn('server', 'none runs on this data folder', 'start it; until then this sees no network and no blocks')
  yield* orFinding('machine', examineMachine(config))
  yield* orFinding('database', examineDatabase(config, db))
  yield* examineBucket(config)
  yield* orFinding('store', examineStore({ config, db, blocks }))
  yield* orFinding('jobs', examineJobs(db))
  yield* orFinding('reach', examineReach(config, network))
}

async function* examineJobs(db: Db): AsyncGenerator<Finding> {
  const { dead } = await db.read((r) => r.jobs.count())
  yield dead === 0 ? ok('jobs', 'none was given up') : bad('jobs', `${count(dead, 'job')} given up after ending the process each time`, 'the log names them ("a job is not run"); please report it, they are faults of Thole')
}

async function* orFinding(check: string, findings: AsyncGenerator<Finding>): AsyncGenerator<Finding> {
  try {
    yield* findings
  } catch (error) {
    yield bad(check, wordsOf(error), 'what is said above may be why')
  }
}
