import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PinFilter } from '../../ports/db/index.ts'
import { migrate } from '../migrate.ts'
import { sqliteDialect } from '../sqlite/dialect.ts'
import { openFiles } from '../sqlite/files.ts'
import type { Tables } from '../tables.ts'
import { matching } from './pin-filter.ts'

let folder: string
let q: Kysely<Tables>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thole-plan-'))
  q = new Kysely<Tables>({ dialect: sqliteDialect(openFiles(join(folder, 'plan.db'))) })
  await migrate(q, 'sqlite')
})
afterAll(async () => {
  await q.destroy()
  await rm(folder, { recursive: true })
})

async function plan(filter: PinFilter, status: boolean): Promise<string> {
  const matched = matching(q, 'sqlite', 'a', filter)
  const all = matched.query.selectAll('pin_request').orderBy(matched.created, 'desc').limit(10)
  const steps = await (status ? all.where(matched.status, '=', 'pinned') : all).explain<{ detail: string }>(undefined, sql`query plan`)
  return steps.map(({ detail }) => detail).join('; ')
}

const cases: [string, PinFilter, boolean, RegExp][] = [
  ['everything', {}, false, /pin_request_account \(account_id=\?\)$/],
  ['a page', { before: 9 }, false, /pin_request_account \(account_id=\? AND created<\?\)$/],
  ['a status', { before: 9 }, true, /pin_request_status \(account_id=\? AND status=\? AND created<\?\)$/],
  ['ten DAGs of a status', { dags: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'] }, true, /pin_request_dag \(account_id=\? AND dag=\?\)/],
  ['a name', { name: { text: 'n', match: 'iexact' } }, true, /pin_request_name \(account_id=\? AND name_folded=\?\)$/],
  ['a pair of meta', { meta: { k: 'v' }, before: 9 }, true, /^SEARCH pin_meta USING COVERING INDEX pin_meta_digest \(account_id=\? AND digest=\? AND created<\?\); SEARCH pin_request USING INDEX sqlite_autoindex_pin_request_1 \(id=\?\)$/],
]

it.each(cases)('finds %s by its index', async (_, filter, status, expected) => {
  expect(await plan(filter, status)).toMatch(expected)
})
