import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Checkpoints } from './checkpoints.ts'
import { openFiles, type Files } from './files.ts'
import { Turns } from './turns.ts'

let folder: string
let files: Files
let turns: Turns
let checkpoints: Checkpoints

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thole-checkpoints-'))
  files = openFiles(join(folder, 'log.db'))
  const { connection } = files.writer
  connection.exec('create table t (x integer primary key, y blob)')
  turns = new Turns(connection, files.log)
  checkpoints = new Checkpoints(files.path, connection, turns)
})
afterEach(async () => {
  await checkpoints.close()
  files.close()
  await rm(folder, { recursive: true })
})

/** Some two hundred pages a transaction, elsewhere each time. */
async function write(transactions: number, seen?: (log: number) => void): Promise<void> {
  const { connection } = files.writer
  const insert = connection.prepare(`with recursive n (i) as (select 0 union all select i + 1 from n where i < 199) insert into t select null, randomblob(3500) from n`)
  for (let i = 0; i < transactions; i++) {
    await turns.begin()
    insert.run()
    await turns.commit()
    seen?.(logged())
  }
}
const logged = () => (files.reader.connection.prepare('pragma wal_checkpoint(noop)').get() as { log: number }).log

it('the log begins anew, again and again, and never gets long', async () => {
  let longest = 0
  await write(100, (log) => (longest = Math.max(longest, log)))
  expect(longest).toBeLessThan(4_062)
  expect(files.reader.connection.prepare('select count(*) as n from t').get()).toEqual({ n: 20_000 })
})

it('it waits for whoever reads what was before, and goes on then', async () => {
  const snapshot = new DatabaseSync(files.path, { readOnly: true })
  snapshot.exec('begin')
  expect(snapshot.prepare('select count(*) as n from t').get()).toEqual({ n: 0 })
  await write(30)
  expect(logged()).toBeGreaterThan(6_000)
  expect(snapshot.prepare('select count(*) as n from t').get()).toEqual({ n: 0 })
  snapshot.close()
  await write(30)
  expect(logged()).toBeLessThan(4_062)
})
