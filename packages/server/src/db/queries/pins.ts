import { type DeleteQueryBuilder, type DeleteResult, type RawBuilder, sql } from 'kysely'
import type { PinFilter, PinReads, PinRequest, PinRequestView, PinWrites } from '../../ports/db/index.ts'
import { fold } from '../fold.ts'
import { prepare, runShape } from '../prepared.ts'
import type { Session } from '../session.ts'
import { slices } from '../slices.ts'
import type { Tables } from '../tables.ts'
import { damageQueries } from './damage.ts'
import { isSearch, isSpanned, newest, simplified } from './pin-filter.ts'
import { addPairs, removePairs } from './pin-pairs.ts'
import { searchPins } from './pin-search.ts'
import { countInTime, tallyOf } from './pin-spans.ts'
import { SpanTexts } from './pin-texts.ts'
import { type PinRow, pinViews, toPin, toView, type ViewRow, viewRowsAt } from './pin-views.ts'

/** Spelled out: a plan is made once, whatever the values. */
const waits = sql<boolean>`status in ('queued', 'pinning')`

/** Times that a list is looked up, where requests change while it is. */
const maxLooks = 3

/** Damaged blocks that a view of a request tells. */
const shownDamage = 10

const byId = prepare((q, { id, accountId }: { id: string; accountId: string }) => pinViews(q).where('p.id', '=', id).where('p.account_id', '=', accountId))

const insertPin = prepare((q, { id, account_id, cid, dag, name, name_folded, meta, origins, status, reason, created, deadline, upload_id }: Omit<PinRow, 'span' | 'slot'>) =>
  q.insertInto('pin_request').values({ id, account_id, cid, dag, name, name_folded, meta, origins, status, reason, created, deadline, upload_id }),
)

/** By the index of those who wait: SQLite would read all who want the DAG, whose index has every column that is asked for. */
const settleWaiting = prepare((q, { dag, status, reason, words }: { dag: string; status: PinRow['status']; reason: string | null; words: string }) =>
  q
    .updateTable('pin_request')
    .set({ status, reason })
    .where('id', 'in', q.selectFrom('pin_request').select('id').where('dag', '=', dag).where(waits))
    .where((e) => e.or([e('status', '<>', status), e(e.fn.coalesce('reason', sql.lit('')), '<>', words)]))
    .returning('account_id'),
)

export function pinQueries(session: Session): PinReads & PinWrites {
  const { q, kind } = session
  const damage = damageQueries(session)
  const texts = new SpanTexts()

  async function removed(all: DeleteQueryBuilder<Tables, 'pin_request', DeleteResult>, accountId: string): Promise<PinRequest[]> {
    await lockUsage(sql`${accountId}`)
    const rows = await all.where('account_id', '=', accountId).returningAll().execute()
    for (const row of rows) {
      const { meta } = toPin(row)
      if (meta) await removePairs(session, accountId, meta, row)
    }
    return rows.map(toPin)
  }

  async function matching(accountId: string, filter: PinFilter, limit: number): Promise<{ count: number; stamps: number[] }> {
    if (isSearch(filter)) return searchPins(session, texts, accountId, filter, limit)
    const [count, { rows }] = await Promise.all([
      isSpanned(filter) ? countInTime(session, accountId, filter) : undefined,
      runShape(session, newest(kind, accountId, filter, limit).compile(q)),
    ])
    return { count: count ?? rows[0]?.n ?? 0, stamps: rows.map(({ created }) => created) }
  }

  /** In the order in which holding goes: the account's usage, then its lists. SQLite has one writer. */
  async function lockUsage(accounts: RawBuilder<unknown>): Promise<void> {
    if (kind === 'postgres') await sql`select 1 from account_usage where account_id in (${accounts}) order by account_id for update`.execute(q)
  }

  /** Of those who wait for this DAG. */
  const lockWaiting = (dag: string) => lockUsage(sql`select account_id from pin_request where dag = ${dag} and ${waits}`)

  async function withDamage(rows: readonly ViewRow[]): Promise<PinRequestView[]> {
    const damaged = rows.filter((row) => row.damaged !== null).map(({ dag }) => dag)
    if (damaged.length === 0) return rows.map(toView)
    const damages = await damage.ofDags(damaged, shownDamage)
    return rows.map((row) => ({ ...toView(row), damage: damages.get(row.dag) }))
  }

  return {
    async get(accountId, id) {
      return (await withDamage((await byId(session, { id, accountId })).rows))[0]
    },

    async list(accountId, filter, limit) {
      const asked = simplified(filter)
      for (let looks = 1; ; looks++) {
        const { count, stamps } = await matching(accountId, asked, limit)
        const rows = await viewRowsAt(session, accountId, stamps)
        // What has changed between the two queries is not what was asked for any more.
        const fitting = rows.filter(({ status }) => asked.statuses?.includes(status) ?? true)
        if (fitting.length === rows.length || looks === maxLooks) return { count, pins: await withDamage(fitting) }
      }
    },

    tally: (accountId) => tallyOf(session, accountId),

    async waiting(dag) {
      const rows = await q.selectFrom('pin_request').selectAll().where('dag', '=', dag).where(waits).orderBy('created').orderBy('id').execute()
      return rows.map(toPin)
    },

    async insert({ accountId, name = null, meta, origins, uploadId = null, reason = null, ...request }) {
      const texts = { meta: meta ? JSON.stringify(meta) : null, origins: JSON.stringify(origins), name, name_folded: name === null ? null : fold(name) }
      await insertPin(session, { ...request, ...texts, account_id: accountId, upload_id: uploadId, reason })
      if (!meta || Object.keys(meta).length === 0) return
      await addPairs(session, accountId, meta, await q.selectFrom('pin_request').select(['span', 'slot']).where('id', '=', request.id).executeTakeFirstOrThrow())
    },

    async remove(accountId, id) {
      return (await removed(q.deleteFrom('pin_request').where('id', '=', id), accountId))[0]
    },

    async removeOfUpload(accountId, uploadId, dag) {
      const all = q.deleteFrom('pin_request').where('upload_id', '=', uploadId)
      return removed(dag === undefined ? all : all.where('dag', '=', dag), accountId)
    },

    async settle(dag, { status, reason = null }) {
      await lockWaiting(dag)
      const { rows } = await settleWaiting(session, { dag, status, reason, words: reason ?? '' })
      return rows.map(({ account_id }) => account_id)
    },

    async fail(dag, { reason, ids }) {
      await lockWaiting(dag)
      const waiting = q.updateTable('pin_request').set({ status: 'failed', reason }).where('dag', '=', dag).where(waits).returning('account_id')
      const failed = ids === undefined ? await waiting.execute() : []
      for (const slice of slices(ids ?? [])) failed.push(...(await waiting.where('id', 'in', slice).execute()))
      return failed.map(({ account_id }) => account_id)
    },

    async prolong(accountId, dag, deadline) {
      const waiting = q.updateTable('pin_request').set({ deadline }).where('account_id', '=', accountId).where('dag', '=', dag).where(waits)
      await waiting.where('upload_id', 'is not', null).where('deadline', '<', deadline).execute()
    },
  }
}
