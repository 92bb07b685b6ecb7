import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, type RawBuilder, sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PinFilter, PinStatus } from '../../ports/db/index.ts'
import { migrate } from '../migrate.ts'
import { sqliteDialect } from '../sqlite/dialect.ts'
import { openFiles } from '../sqlite/files.ts'
import type { Tables } from '../tables.ts'
import { countOf, newest, simplified } from './pin-filter.ts'

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

/** The steps that read rows, each once. */
async function steps(select: RawBuilder<unknown>): Promise<string[]> {
  const { rows } = await sql<{ detail: string }>`explain query plan ${select}`.execute(q)
  return [...new Set(rows.map(({ detail }) => detail).filter((detail) => /^(SEARCH|SCAN) pin_request/.test(detail)))]
}

const some: PinStatus[] = ['queued', 'failed']
const cases: [string, PinFilter, string, string][] = [
  ['everything', {}, 'account (account_id=?)', 'account (account_id=?)'],
  ['a page', { before: 9 }, 'account (account_id=? AND created<?)', 'account (account_id=? AND created<?)'],
  ['a status', { statuses: ['pinned'], before: 9, after: 1 }, 'status (account_id=? AND status=? AND created>? AND created<?)', 'status (account_id=? AND status=? AND created>? AND created<?)'],
  ['statuses', { statuses: some }, 'status (account_id=? AND status=?)', 'status (account_id=? AND status=?)'],
  ['DAGs', { dags: ['a', 'b'] }, 'dag (dag=? AND status=? AND account_id=?)', 'dag (dag=? AND status=? AND account_id=?)'],
  ['DAGs of a status', { dags: ['a', 'b'], statuses: some, before: 9 }, 'dag (dag=? AND status=? AND account_id=? AND created<?)', 'dag (dag=? AND status=? AND account_id=? AND created<?)'],
  ['a name', { name: { text: 'n', match: 'exact' }, statuses: some, after: 1 }, 'name (account_id=? AND name_folded=? AND status=? AND created>?)', 'name (account_id=? AND name_folded=? AND status=? AND created>?)'],
  ['a name in any case', { name: { text: 'n', match: 'iexact' } }, 'name (account_id=? AND name_folded=? AND status=?)', 'name (account_id=? AND name_folded=?)'],
]

it.each(cases)('finds and counts %s from an index alone', async (_, filter, found, counted) => {
  const [finding, counting] = [found, counted].map((which) => `SEARCH pin_request USING COVERING INDEX pin_request_${which}`)
  expect(await steps(countOf('sqlite', 'a', filter))).toEqual([counting])
  // What names neither DAG nor name is counted by tallies and spans.
  expect(await steps(newest('sqlite', 'a', filter, 10))).toEqual(filter.dags || filter.name ? [...new Set([finding, counting])] : [finding])
})

it('reads no more of an index than a page of each range', async () => {
  const filter: PinFilter = { dags: ['a', 'b', 'c'], statuses: some }
  const { sql: text } = newest('sqlite', 'a', filter, 10).compile(q)
  expect(text.match(/order by created desc limit 10/g)).toHaveLength(7)
})

it('leaves out what lets everything through', () => {
  expect(simplified({ statuses: ['failed', 'queued', 'pinned', 'pinning', 'queued'], meta: {}, name: { text: '', match: 'partial' } })).toEqual({})
  expect(simplified({ statuses: ['failed', 'failed'], name: { text: '', match: 'exact' } })).toEqual({ statuses: ['failed'], name: { text: '', match: 'exact' } })
})
