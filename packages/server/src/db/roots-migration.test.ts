import { expect } from 'vitest'
import { openDb } from './index.ts'
import { migrations } from './migrations/index.ts'
import { textsFor } from './migrations/statement.ts'
import { describeOldDatabase } from './testing/old-database.ts'

const roots = ['r1', 'r2', 'r3', 'r4', 'r5']

/** A database as it was before, with uploads of several roots: three at 10, then one that stands where they are moved to. */
const before = [
  'create table schema_migration (name text primary key, applied bigint not null)',
  ...migrations.slice(0, 2).flatMap(({ name, statements }) => [...textsFor('postgres', statements), `insert into schema_migration values ('${name}', 1)`]),
  "insert into account values ('one', 'one@example.org', 'user', 1, 0, 12)",
  ...roots.map((cid) => `insert into dag values ('${cid}', 'complete', 100, 3, 1, 0, 5, 6, 0)`),
  ...[10, 11, 12].map((created) => `insert into upload values ('u${created}', 'one', null, 'car', 1, ${created})`),
  ...['r1', 'r2', 'r3'].map((cid, i) => `insert into upload_root values ('u10', ${i}, '${cid}', '${cid}', null)`),
  "insert into upload_root values ('u11', 0, 'r4', 'r4', 'a name')",
  "insert into upload_root values ('u12', 0, 'r5', 'r5', null)",
  "insert into upload_root values ('u12', 1, 'r1', 'r1', 'again')",
]

async function expectStamped(url: string): Promise<void> {
  const db = await openDb({ url })
  try {
    await db.migrate()
    const newest = await db.read((r) => r.roots.list('one', { limit: 10 }))
    expect(newest.map(({ cid, created, name }) => [cid, created, name])).toEqual([
      ['r5', 14, undefined],
      ['r4', 13, 'a name'],
      ['r3', 12, undefined],
      ['r2', 11, undefined],
      ['r1', 10, 'again'],
    ])
    const pages: string[] = []
    for (let before: number | undefined; ; ) {
      const [row] = await db.read((r) => r.roots.list('one', { limit: 1, before }))
      if (!row) break
      pages.push(row.cid)
      before = row.created
    }
    expect(pages).toEqual(roots.toReversed())
    expect(await db.write((w) => w.accounts.nextStamp('one', 13))).toBe(15)
  } finally {
    await db.close()
  }
}

describeOldDatabase('each root of an account gets a stamp of its own', before, expectStamped)
