import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nameOf, only, prepare } from './prepared.ts'
import type { Session } from './session.ts'
import { sqliteDialect } from './sqlite/dialect.ts'
import { openFiles } from './sqlite/files.ts'
import type { Tables } from './tables.ts'

describe('a prepared query', () => {
  let folder: string
  let q: Kysely<Tables>
  let session: Session
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'thole-prepared-'))
    q = new Kysely<Tables>({ dialect: sqliteDialect(openFiles(join(folder, 'a.db'))) })
    session = { q, kind: 'sqlite', run: (query) => q.executeQuery(query), jobEnqueued() {}, noted() {} }
    await q.schema.createTable('instance').addColumn('name', 'text').addColumn('value', 'text').execute()
  })
  afterAll(async () => {
    await q.destroy()
    await rm(folder, { recursive: true })
  })

  it('is built once, and run with the values of each call in their places', async () => {
    let built = 0
    const insert = prepare((db, { name, value }: { name: string; value: string | null }) => {
      built++
      return db.insertInto('instance').values({ value: sql`${value} || '!'`, name }).returningAll()
    })
    expect(only(await insert(session, { name: 'a', value: '1' }))).toEqual({ name: 'a', value: '1!' })
    expect(only(await insert(session, { value: null, name: 'b' }))).toEqual({ name: 'b', value: null })
    expect(built).toBe(1)
  })

  it('says that a row is not there, and how many it changed', async () => {
    const find = prepare((db, { name }: { name: string }) => db.selectFrom('instance').selectAll().where('name', '=', name))
    expect(() => only({ rows: [] })).toThrow(/not there/)
    expect((await find(session, { name: 'nobody' })).rows).toEqual([])
    const remove = prepare((db, { name }: { name: string }) => db.deleteFrom('instance').where('name', '=', name))
    expect((await remove(session, { name: 'a' })).numAffectedRows).toBe(1n)
  })

  it('has one name for the same SQL, and none for what is not prepared', async () => {
    const byName = () => prepare((db, { name }: { name: string }) => db.selectFrom('instance').select('value').where('name', '=', name))
    await byName()(session, { name: 'a' })
    await byName()(session, { name: 'b' })
    const text = 'select "value" from "instance" where "name" = ?'
    expect(nameOf(text)).toMatch(/^thole_\d+$/)
    expect(nameOf(`${text} limit 1`)).toBeUndefined()
  })

  it('does not let values be used while there are none', () => {
    const run = (build: (values: { n: number }) => unknown) => () => prepare((db, values: { n: number }) => (build(values), db.selectFrom('instance').selectAll()))(session, { n: 1 })
    expect(run(({ n }) => n + 1)).toThrow(/no value/)
    expect(run(({ n }) => `${n}`)).toThrow(/no value/)
    expect(run((values) => ({ ...values }))).toThrow(/one by one/)
  })
})
