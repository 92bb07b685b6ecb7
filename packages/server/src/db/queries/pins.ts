import { type Selectable, sql } from 'kysely'
import type { PinFilter, PinReads, PinRequest, PinRequestView, PinStatus, PinWrites } from '../../ports/db/index.ts'
import { fold } from '../fold.ts'
import type { Session } from '../session.ts'
import { slices } from '../slices.ts'
import type { Tables } from '../tables.ts'
import { damageQueries } from './damage.ts'
import { matching, metaDigest } from './pin-filter.ts'

type Row = Selectable<Tables['pin_request']>
type Size = Pick<Selectable<Tables['dag']>, 'bytes' | 'blocks'>

/** As in the partial index, spelled out: SQLite uses it for no bound value. */
const waits = sql<boolean>`status in ('queued', 'pinning')`

/** Damaged blocks that a view of a request tells. */
const shownDamage = 10

export function pinQueries(session: Session): PinReads & PinWrites {
  const { q, kind } = session
  const damage = damageQueries(session)
  /** The newest of one status (of any, where undefined), straight from one index. */
  const newest = (accountId: string, filter: PinFilter, limit: number, status?: PinStatus) => {
    const matched = matching(q, kind, accountId, filter)
    const all = matched.query.selectAll('pin_request').orderBy(matched.created, 'desc').limit(limit)
    return (status === undefined ? all : all.where(matched.status, '=', status)).execute()
  }

  async function withDags(rows: readonly Row[]): Promise<PinRequestView[]> {
    const damaged = await damage.ofDags(rows.map(({ dag }) => dag), shownDamage)
    const sizes = new Map<string, Size>()
    for (const slice of slices([...new Set(rows.map(({ dag }) => dag))])) {
      const found = await q.selectFrom('dag').select(['cid', 'bytes', 'blocks']).where('cid', 'in', slice).execute()
      for (const { cid, ...size } of found) sizes.set(cid, size)
    }
    return rows.map((row) => ({ ...toPin(row), bytes: sizes.get(row.dag)?.bytes ?? undefined, blocks: sizes.get(row.dag)?.blocks ?? undefined, damage: damaged.get(row.dag) }))
  }

  return {
    async get(accountId, id) {
      return (await withDags(await q.selectFrom('pin_request').selectAll().where('id', '=', id).where('account_id', '=', accountId).execute()))[0]
    },

    async list(accountId, filter, limit) {
      const statuses = filter.statuses && [...new Set(filter.statuses)]
      if (statuses === undefined) return withDags(await newest(accountId, filter, limit))
      // One index range a status and a merge: `status in (…)` would sort all of them for one page.
      const rows: Row[] = []
      for (const status of statuses) rows.push(...(await newest(accountId, filter, limit, status)))
      return withDags(rows.sort((a, b) => b.created - a.created).slice(0, limit))
    },

    async count(accountId, filter) {
      const { query, status } = matching(q, kind, accountId, filter)
      const all = query.select((e) => e.fn.countAll<number>().as('n'))
      const { n } = await (filter.statuses ? all.where(status, 'in', [...filter.statuses]) : all).executeTakeFirstOrThrow()
      return n
    },

    async waiting(dag) {
      const rows = await q.selectFrom('pin_request').selectAll().where('dag', '=', dag).where(waits).orderBy('created').orderBy('id').execute()
      return rows.map(toPin)
    },

    async insert({ accountId, name = null, meta, origins, uploadId, ...request }) {
      const texts = { meta: meta && JSON.stringify(meta), origins: JSON.stringify(origins), name, name_folded: name === null ? null : fold(name) }
      await q.insertInto('pin_request').values({ ...request, ...texts, account_id: accountId, upload_id: uploadId }).execute()
      const pairs = Object.entries(meta ?? {}).map((pair) => ({ pin_id: request.id, account_id: accountId, digest: metaDigest(pair), created: request.created }))
      for (const slice of slices(pairs)) await q.insertInto('pin_meta').values(slice).execute()
    },

    async remove(accountId, id) {
      const row = await q.deleteFrom('pin_request').where('id', '=', id).where('account_id', '=', accountId).returningAll().executeTakeFirst()
      return row && toPin(row)
    },

    async removeOfUpload(accountId, uploadId) {
      const rows = await q.deleteFrom('pin_request').where('upload_id', '=', uploadId).where('account_id', '=', accountId).returningAll().execute()
      return rows.map(toPin)
    },

    async settle(dag, { status, reason = null }) {
      const { numUpdatedRows } = await q.updateTable('pin_request').set({ status, reason }).where('dag', '=', dag).where(waits).executeTakeFirstOrThrow()
      return Number(numUpdatedRows)
    },

    async fail(dag, { reason, ids }) {
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
