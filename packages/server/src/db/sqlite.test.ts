import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dbContract } from './db.contract.ts'
import { dbFault } from './faults.ts'
import { openDb } from './index.ts'
import { sqliteDialect } from './sqlite/dialect.ts'
import { openFiles } from './sqlite/files.ts'
import type { Tables } from './tables.ts'

dbContract('sqlite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'thole-db-'))
  const url = `sqlite:${join(folder, 'thole.db')}`
  return { open: () => openDb({ url }), remove: () => rm(folder, { recursive: true }) }
})

describe('sqlite files', () => {
  let folder: string
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'thole-db-'))))
  afterAll(() => rm(folder, { recursive: true }))

  it('keeps a write-ahead log that it syncs itself, checks foreign keys', () => {
    const files = openFiles(join(folder, 'new/pragmas.db'))
    const { writer, reader } = files
    const pragma = (name: string) => writer.connection.prepare(`pragma ${name}`).get()?.[name]
    expect(pragma('synchronous')).toBe(1)
    expect(pragma('journal_mode')).toBe('wal')
    expect(pragma('foreign_keys')).toBe(1)
    expect(() => reader.connection.exec('create table t (x)')).toThrow(/readonly/)
    files.close()
  })

  it('is readable by its owner alone', async () => {
    const path = join(folder, 'private.db')
    const db = await openDb({ url: path })
    await db.migrate()
    for (const name of ['', '-wal', '-shm']) expect((await stat(path + name)).mode & 0o077).toBe(0)
    await db.close()
  })

  it('waits for a foreign writer without blocking this process', async () => {
    const path = join(folder, 'foreign.db')
    const db = await openDb({ url: path })
    await db.migrate()
    const foreign = new DatabaseSync(path)
    foreign.exec('begin immediate')
    const writing = db.write((w) => w.instance.set('a', 'b'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await db.read((r) => r.instance.get('a'))).toBeUndefined()
    foreign.exec('commit')
    foreign.close()
    await writing
    expect(await db.read((r) => r.instance.get('a'))).toBe('b')
    await db.close()
  })

  it('lets others have a turn within a loop of queries', async () => {
    const db = await openDb({ url: join(folder, 'loop.db') })
    await db.migrate()
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    for (const end = performance.now() + 200; performance.now() < end; ) await db.read((r) => r.instance.get('a'))
    const reading = turns
    for (const end = performance.now() + 200; performance.now() < end; ) await db.write((w) => w.instance.set('a', 'b'))
    clearInterval(timer)
    expect(reading).toBeGreaterThan(5)
    expect(turns - reading).toBeGreaterThan(5)
    await db.close()
  })

  it('refuses a database of a newer version', async () => {
    const path = join(folder, 'newer.db')
    const db = await openDb({ url: path })
    await db.migrate()
    const foreign = new DatabaseSync(path)
    foreign.exec("insert into schema_migration values ('9999-future', 1)")
    foreign.close()
    await expect(db.migrate()).rejects.toMatchObject({ code: 'CONFLICT' })
    await db.close()
  })

  it('tells a full disk as STORAGE_FULL, and goes on when there is room again', async () => {
    const path = join(folder, 'full.db')
    const db = await openDb({ url: path })
    await db.migrate()
    await db.close()
    const files = openFiles(path)
    const kysely = new Kysely<Tables>({ dialect: sqliteDialect(files) })
    const pages = Number(files.writer.connection.prepare('pragma page_count').get()?.page_count)
    const fill = () =>
      kysely.transaction().execute(async (q) => {
        await q.insertInto('instance').values({ name: 'small', value: 'x' }).execute()
        await q.insertInto('instance').values({ name: 'large', value: 'x'.repeat(1_000_000) }).execute()
      })
    files.writer.connection.exec(`pragma max_page_count = ${pages + 10}`)
    await expect(fill()).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    expect(await kysely.selectFrom('instance').select('name').execute()).toEqual([])
    files.writer.connection.exec('pragma max_page_count = 100000')
    await fill()
    await kysely.destroy()
  })

  it('tells an index of its log that has no room to grow as STORAGE_FULL', () => {
    const error = Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 4874 })
    expect(dbFault(error)).toMatchObject({ code: 'STORAGE_FULL', cause: error })
  })
})
