import { expect } from 'vitest'
import { openDb } from './index.ts'
import { migrations } from './migrations/index.ts'
import { textsFor } from './migrations/statement.ts'
import { describeOldDatabase } from './testing/old-database.ts'

/** A database as it was before, with rows of every kind that holds something. */
const before = [
  'create table schema_migration (name text primary key, applied bigint not null)',
  ...migrations.slice(0, 2).flatMap(({ name, statements }) => [...textsFor('postgres', statements), `insert into schema_migration values ('${name}', 1)`]),
  ...['one', 'two'].map((id) => `insert into account values ('${id}', '${id}@example.org', 'user', 1, 0, 0)`),
  ...['whole', 'other'].map((cid) => `insert into dag values ('${cid}', 'complete', 100, 3, 9, 0, 5, 6, 0)`),
  "insert into dag values ('partial', 'partial', null, null, 9, 0, 5, null, 1)",
  "insert into dag values ('unheld', 'complete', 7, 1, 0, 0, 5, 6, 0)",
  "insert into dag values ('failed', 'partial', null, null, 1, 0, 8, null, 1)",
  ...['a', 'b'].map((id) => `insert into upload values ('${id}', 'one', null, 'car', 1, ${id === 'a' ? 1 : 2})`),
  "insert into upload_root values ('a', 0, 'whole', 'whole', null)",
  "insert into upload_root values ('b', 0, 'whole', 'whole', null)",
  "insert into upload_root values ('b', 1, 'partial', 'partial', null)",
  ...(
    [
      ['one', 'whole', 'pinned'],
      ['one', 'other', 'pinned'],
      ['two', 'whole', 'pinned'],
      ['two', 'partial', 'queued'],
      ['two', 'failed', 'failed'],
    ] as const
  ).map(([account, dag, status], i) => `insert into pin_request values ('p${i}', '${account}', '${dag}', '${dag}', null, null, null, '[]', '${status}', null, ${i}, 9, null)`),
]

async function expectBackfilled(url: string): Promise<void> {
  const db = await openDb({ url })
  try {
    await db.migrate()
    const dags = await db.read((r) => r.dags.list('', 10))
    expect(dags.map(({ cid, holders, released }) => [cid, holders, released])).toEqual([
      ['failed', 0, 8],
      ['other', 1, undefined],
      ['partial', 2, undefined],
      ['unheld', 0, 5],
      ['whole', 4, undefined],
    ])
    expect(await db.read((r) => r.usage.of('one'))).toEqual({ bytes: 200, blocks: 6, dags: 3 })
    expect(await db.read((r) => r.usage.of('two'))).toEqual({ bytes: 100, blocks: 3, dags: 2 })
    await db.write((w) => w.dags.release('one', 'whole', 3, 20))
    await db.write((w) => w.dags.release('two', 'whole', 1, 21))
    expect(await db.read((r) => r.usage.of('one'))).toEqual({ bytes: 100, blocks: 3, dags: 2 })
    expect(await db.read((r) => r.usage.of('two'))).toEqual({ bytes: 0, blocks: 0, dags: 1 })
    expect((await db.read((r) => r.dags.get('whole')))?.released).toBe(21)
  } finally {
    await db.close()
  }
}

describeOldDatabase('what is held is counted when the schema learns of it', before, expectBackfilled)
