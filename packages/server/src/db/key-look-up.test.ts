import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { expect, test } from 'vitest'
import { testDatabase } from '../../../../test/support/database.ts'
import { newAccount } from './contract/rows.ts'
import type { Engine } from './engine.ts'
import { openDb } from './index.ts'
import { openPostgres } from './postgres/open.ts'
import { queriesIn } from './queries/index.ts'
import { openSqlite } from './sqlite/open.ts'
import type { Tables } from './tables.ts'

/** What a key check asks of the database, statement by statement. */
async function statementsOf(url: string, open: () => Engine): Promise<string[]> {
  const db = await openDb({ url })
  await db.migrate()
  const { id: accountId } = await newAccount(db)
  await db.write((w) => w.keys.insert({ id: 'k', accountId, name: 'k', scopes: [], hash: 'h', tail: 't', created: 1 }))
  await db.close()
  const { kind, dialect, notices } = open()
  const statements: string[] = []
  const q = new Kysely<Tables>({ dialect, log: ({ query }) => void statements.push(query.sql) })
  const reader = queriesIn({ q, kind, run: (query) => q.executeQuery(query), jobEnqueued() {}, noted() {} })
  expect(await reader.keys.byId('k')).toMatchObject({ key: { id: 'k', created: 1 }, account: { id: accountId } })
  await notices.close()
  await q.destroy()
  return statements
}

test('a key and its account are one statement on SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'thole-db-'))
  const path = join(folder, 'thole.db')
  expect(await statementsOf(path, () => openSqlite(path))).toEqual([expect.stringContaining('from "api_key" as "key" inner join "account"')])
  await rm(folder, { recursive: true })
})

test('a key and its account are one statement on PostgreSQL', async () => {
  const { url, drop } = await testDatabase()
  expect(await statementsOf(url, () => openPostgres(url, undefined))).toEqual([expect.stringContaining('from "api_key" as "key" inner join "account"')])
  await drop()
})
