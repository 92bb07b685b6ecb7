import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase, type TestDatabase } from '../../../../test/support/database.ts'
import { dbContract } from './db.contract.ts'
import { openDb } from './index.ts'

dbContract('postgres', async () => {
  const { url, drop } = await testDatabase()
  return { open: () => openDb({ url }), remove: drop }
})

describe('postgres connections', () => {
  let database: TestDatabase
  beforeAll(async () => void (database = await testDatabase()))
  afterAll(() => database.drop())

  /** As a restart of the server would. */
  async function breakConnections(): Promise<void> {
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()')
    await client.end()
  }

  it('survives the loss of its connections and keeps listening', async () => {
    const db = await openDb({ url: database.url })
    await db.migrate()
    let heard = 0
    const stop = db.onJob(() => heard++)
    await expect.poll(() => heard).toBeGreaterThan(0)
    await breakConnections()
    const before = heard
    await expect.poll(async () => {
      await db.write((w) => w.jobs.enqueue({ kind: 'k', key: crypto.randomUUID(), runAt: 1 })).catch(() => undefined)
      return heard
    }, { timeout: 10_000 }).toBeGreaterThan(before + 1)
    stop()
    await db.close()
  })

  it('tells a connection lost in a transaction as UPSTREAM_FAILED', async () => {
    const db = await openDb({ url: database.url })
    await db.migrate()
    const writing = db.write(async (w) => {
      await w.instance.set('lost', 'x')
      await breakConnections()
      await w.instance.set('lost', 'y')
    })
    await expect(writing).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' })
    expect(await db.read((r) => r.instance.get('lost'))).toBeUndefined()
    await db.close()
  })

  it('tells a server that is not there as UPSTREAM_FAILED', async () => {
    const db = await openDb({ url: 'postgres://thole@127.0.0.1:1/none' })
    await expect(db.read((r) => r.instance.get('x'))).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' })
    await db.close()
  })

  it('refuses what PostgreSQL cannot store, in words', async () => {
    const db = await openDb({ url: database.url })
    await db.migrate()
    await expect(db.write((w) => w.instance.set('nul', 'a\u0000b'))).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    await db.close()
  })
})
