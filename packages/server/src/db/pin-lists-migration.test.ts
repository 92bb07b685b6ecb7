import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import type { PinFilter } from '../ports/db/index.ts'
import { openDb } from './index.ts'
import { migrations } from './migrations/index.ts'
import { textsFor } from './migrations/statement.ts'
import { describeOldDatabase } from './testing/old-database.ts'

const count = 2500
const digest = createHash('sha256').update(JSON.stringify(['k', 'v'])).digest('base64url')
const statuses = ['queued', 'pinning', 'pinned', 'failed', 'pinned'] as const

/** A database as it was before, with more requests than two spans have, and an account with one. */
const before = [
  'create table schema_migration (name text primary key, applied bigint not null)',
  ...migrations.slice(0, 5).flatMap(({ name, statements }) => [...textsFor('sqlite', statements), `insert into schema_migration values ('${name}', 1)`]),
  ...['many', 'one'].map((id) => `insert into account values ('${id}', '${id}@example.org', 'user', 1, 0, 0)`),
  "insert into dag (cid, state, holders, visits, created, missing_count) values ('d', 'partial', 1, 0, 1, 0)",
  ...Array.from({ length: count }, (_, i) => {
    const name = i % 10 === 0 ? 'null' : `'Straße ${i}'`
    return `insert into pin_request values ('p${i}', '${i === 7 ? 'one' : 'many'}', 'd', 'd', ${name}, upper(replace(${name}, 'ß', 'ss')), '{"k":"v"}', '[]', '${statuses[i % 5]}', null, ${100 + i}, 9, null)`
  }),
  `insert into pin_meta select id, account_id, '${digest}', created from pin_request where created % 4 = 0`,
]

async function expectCounted(url: string): Promise<void> {
  const db = await openDb({ url })
  try {
    await db.migrate()
    const all = Array.from({ length: count }, (_, i) => i).filter((i) => i !== 7)
    const fifth = all.filter((i) => i % 5 === 1).length
    expect(await db.read((r) => r.pins.tally('many'))).toEqual({ queued: fifth, pinning: fifth, pinned: 2 * fifth - 1, failed: fifth })
    const listed = async (filter: PinFilter) => {
      const page = await db.read((r) => r.pins.list('many', filter, 3))
      return [page.count, page.pins.map(({ id }) => id)]
    }
    const expected = (passes: (i: number) => boolean) => {
      const found = all.filter(passes).reverse()
      return [found.length, found.slice(0, 3).map((i) => `p${i}`)]
    }
    expect(await listed({ before: 2000, after: 150 })).toEqual(expected((i) => 100 + i < 2000 && 100 + i > 150))
    expect(await listed({ statuses: ['failed'], after: 1300 })).toEqual(expected((i) => i % 5 === 3 && i > 1200))
    expect(await listed({ name: { text: 'aße 2', match: 'partial' }, statuses: ['pinned'] })).toEqual(expected((i) => i % 10 > 0 && `${i}`.startsWith('2') && (i % 5 === 2 || i % 5 === 4)))
    expect(await listed({ name: { text: 'STRASSE 11', match: 'ipartial' } })).toEqual(expected((i) => i % 10 > 0 && `${i}`.startsWith('11')))
    expect(await listed({ name: { text: 'straße 11', match: 'iexact' } })).toEqual([1, ['p11']])
    expect(await listed({ meta: { k: 'v' }, before: 1500 })).toEqual(expected((i) => i % 4 === 0 && i < 1400))
    // And what comes after goes where it belongs.
    await db.write(async (w) => {
      await w.pins.remove('many', 'p2499')
      await w.pins.settle('d', { status: 'pinned' })
    })
    expect(await listed({ statuses: ['pinned'], name: { text: '249', match: 'partial' } })).toEqual(expected((i) => i % 10 > 0 && `${i}`.includes('249') && i % 5 !== 3 && i !== 2499))
    expect((await db.read((r) => r.pins.list('one', {}, 5))).count).toBe(1)
  } finally {
    await db.close()
  }
}

describeOldDatabase('pin requests are counted when the schema learns to', before, expectCounted)
