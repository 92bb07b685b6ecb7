import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../../../../../test/support/database.ts'
import { lockDatabase } from './lock.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database?.drop())

const nobody = () => {
  throw new Error('the lock was lost')
}

test('one at a time; the other is told who', async () => {
  const release = await lockDatabase({ url: database.url, onLost: nobody })
  await expect(lockDatabase({ url: database.url, onLost: nobody, patience: 50 })).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining(`process ${process.pid} on `) })
  await release()
  await (await lockDatabase({ url: database.url, onLost: nobody }))()
})

test('waits a moment for a holder that is on its way out', async () => {
  const release = await lockDatabase({ url: database.url, onLost: nobody })
  const next = lockDatabase({ url: database.url, onLost: nobody })
  await release()
  await (await next)()
})

test('a connection that breaks is made anew, with the lock', async () => {
  const release = await lockDatabase({ url: database.url, onLost: nobody })
  await breakHolder()
  await expect.poll(() => lockDatabase({ url: database.url, onLost: nobody, patience: 0 }).then((free) => free(), ({ code }: { code: string }) => code)).toBe('CONFLICT')
  await release()
})

test('a lock that another took meanwhile is told as lost', async () => {
  const lost: string[] = []
  const release = await lockDatabase({ url: database.url, onLost: (words) => lost.push(words), patience: 300 })
  const other = new pg.Client(database.url)
  await other.connect()
  const taking = other.query('select pg_advisory_lock(7408065, 1)')
  await breakHolder()
  await taking
  await expect.poll(() => lost.length, { timeout: 5_000 }).toBe(1)
  await release()
  await other.end()
})

async function breakHolder(): Promise<void> {
  const client = new pg.Client(database.url)
  await client.connect()
  const { rowCount } = await client.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())`)
  expect(rowCount).toBe(1)
  await client.end()
}
