import { type DeleteQueryBuilder, type DeleteResult, type RawBuilder, type Selectable, sql } from 'kysely'
import type { PinFilter, PinReads, PinRequest, PinRequestView, PinWrites } from '../../ports/db/index.ts'
import { fold } from '../fold.ts'
import { prepare } from '../prepared.ts'
import type { Session } from '../session.ts'
import { slices } from '../slices.ts'
import type { Tables } from '../tables.ts'
import { visitColumns, visitsIn } from './dags.ts'
import { damageQueries } from './damage.ts'
import { fetchQueries } from './fetches.ts'
import { countOf, isSearch, isTally, newest, simplified } from './pin-filter.ts'
import { addPairs, removePairs } from './pin-pairs.ts'
import { searchPins } from './pin-search.ts'
import { countInTime, one, tallyOf } from './pin-spans.ts'
import { SpanTexts } from './pin-texts.ts'
import { copiesIn, copyColumns, type CopyColumns } from './replicas.ts'

type Row = Selectable<Tables['pin_request']>
type Facts = Pick<Selectable<Tables['dag']>, 'bytes' | 'blocks' | (typeof visitColumns)[number]> & CopyColumns

/** As in the partial index, spelled out: SQLite uses it for no bound value. */
const waits = sql<boolean>`status in ('queued', 'pinning')`

/** Damaged blocks that a view of a request tells. */
const shownDamage = 10

const insertPin = prepare((q, { id, account_id, cid, dag, name, name_folded, meta, origins, status, reason, created, deadline, upload_id }: Omit<Row, 'span' | 'slot'>) =>
  q.insertInto('pin_request').values({ id, account_id, cid, dag, name, name_folded, meta, origins, status, reason, created, deadline, upload_id }),
)

const settleWaiting = prepare((q, { dag, status, reason, words }: { dag: string; status: Row['status']; reason: string | null; words: string }) =>
  q
    .updateTable('pin_request')
    .set({ status, reason })
    .where('dag', '=', dag)
    .where(waits)
    .where((e) => e.or([e('status', '<>', status), e(e.fn.coalesce('reason', sql.lit('')), '<>', words)])),
)

export function pinQueries(session: Session): PinReads & PinWrites {
  const { q, kind } = session
  const damage = damageQueries(session)
  const fetches = fetchQueries(session)
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

  const rowsAt = (accountId: string, stamps: RawBuilder<unknown>) =>
    q.selectFrom('pin_request').selectAll().where('account_id', '=', accountId).where('created', 'in', stamps as RawBuilder<number>).orderBy('created', 'desc').execute()

  async function matching(accountId: string, filter: PinFilter, limit: number): Promise<{ count: number; rows: Row[] }> {
    if (isSearch(filter)) {
      const { count, stamps } = await searchPins(session, texts, accountId, filter, limit)
      return { count, rows: stamps.length > 0 ? await rowsAt(accountId, sql`(${sql.join(stamps)})`) : [] }
    }
    const counted = isTally(filter) ? countInTime(session, accountId, filter) : one(session, countOf(kind, accountId, filter))
    const [count, rows] = await Promise.all([counted, rowsAt(accountId, sql`(${newest(kind, accountId, filter, limit)})`)])
    return { count, rows }
  }

  /** In the order in which holding goes: the account's usage, then its lists. SQLite has one writer. */
  async function lockUsage(accounts: RawBuilder<unknown>): Promise<void> {
    if (kind === 'postgres') await sql`select 1 from account_usage where account_id in (${accounts}) order by account_id for update`.execute(q)
  }

  /** Of those who wait for this DAG. */
  const lockWaiting = (dag: string) => lockUsage(sql`select account_id from pin_request where dag = ${dag} and ${waits}`)

  async function factsOf(dags: readonly string[]): Promise<Map<string, Facts>> {
    const facts = new Map<string, Facts>()
    for (const slice of slices([...new Set(dags)])) {
      const found = q.selectFrom('dag').leftJoin('dag_replica', 'dag_replica.dag', 'dag.cid').select(['cid', 'bytes', 'blocks', ...visitColumns, ...copyColumns])
      for (const { cid, ...row } of await found.where('cid', 'in', slice).execute()) facts.set(cid, row)
    }
    return facts
  }

  async function withDags(rows: readonly Row[]): Promise<PinRequestView[]> {
    const dags = rows.map(({ dag }) => dag)
    const unpinned = rows.filter(({ status }) => status !== 'pinned').map(({ dag }) => dag)
    const [damaged, fetched, facts] = await Promise.all([damage.ofDags(dags, shownDamage), fetches.ofDags(unpinned), factsOf(dags)])
    return rows.map((row) => {
      const dag = facts.get(row.dag)
      const fetch = row.status === 'pinned' ? undefined : fetched.get(row.dag)
      return { ...toPin(row), bytes: dag?.bytes ?? undefined, blocks: dag?.blocks ?? undefined, damage: damaged.get(row.dag), replicas: dag && copiesIn(dag), fetch, visits: dag && visitsIn(dag) }
    })
  }

  return {
    async get(accountId, id) {
      return (await withDags(await q.selectFrom('pin_request').selectAll().where('id', '=', id).where('account_id', '=', accountId).execute()))[0]
    },

    async list(accountId, filter, limit) {
      const { count, rows } = await matching(accountId, simplified(filter), limit)
      return { count, pins: await withDags(rows) }
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
      const { numAffectedRows = 0n } = await settleWaiting(session, { dag, status, reason, words: reason ?? '' })
      return Number(numAffectedRows)
    },

    async fail(dag, { reason, ids }) {
      await lockWaiting(dag)
      const waiting = q.updateTable('pin_request').set({ status: 'failed', reason }).where('dag', '=', dag).where(waits).returning('account_id')
      // By the index of those who wait: SQLite would read all who want the DAG, whose index has every column that is asked for.
      const all = waiting.where('id', 'in', q.selectFrom('pin_request').select('id').where('dag', '=', dag).where(waits))
      const failed = ids === undefined ? await all.execute() : []
      for (const slice of slices(ids ?? [])) failed.push(...(await waiting.where('id', 'in', slice).execute()))
      return failed.map(({ account_id }) => account_id)
    },

    async prolong(accountId, dag, deadline) {
      const waiting = q.updateTable('pin_request').set({ deadline }).where('account_id', '=', accountId).where('dag', '=', dag).where(waits)
      await waiting.where('upload_id', 'is not', null).where('deadline', '<', deadline).execute()
    },
  }
}

function toPin(row: Row): PinRequest {
  return {
    id: row.id,
    accountId: row.account_id,
    cid: row.cid,
    dag: row.dag,
    name: row.name ?? undefined,
    meta: row.meta === null ? undefined : (JSON.parse(row.meta) as Record<string, string>),
    origins: JSON.parse(row.origins) as string[],
    status: row.status,
    reason: row.reason ?? undefined,
    created: row.created,
    deadline: row.deadline,
    uploadId: row.upload_id ?? undefined,
  }
}
