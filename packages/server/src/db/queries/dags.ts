import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Dag, DagReads, DagWrites, MissingBlock, Visits } from '../../ports/db/index.ts'
import { only, prepare } from '../prepared.ts'
import type { Session } from '../session.ts'
import { slices } from '../slices.ts'
import type { Tables } from '../tables.ts'
import { holdQueries, isUnheld } from './holds.ts'
import { chargeHolders } from './usage.ts'

const byCid = prepare((q, { cid }: { cid: string }) => q.selectFrom('dag').selectAll().where('cid', '=', cid))

/** The update that changes nothing locks the row, and returns it. */
const insertOrLock = prepare((q, { cid, now }: { cid: string; now: number }) =>
  q
    .insertInto('dag')
    .values({ cid, state: 'partial', holders: 0, released: now, visits: 0, created: now, missing_count: 0 })
    .onConflict((c) => c.column('cid').doUpdateSet((e) => ({ visits: e.ref('dag.visits') })))
    .returningAll(),
)

const complete = prepare((q, { cid, bytes, blocks, now }: { cid: string; bytes: number; blocks: number; now: number }) =>
  q
    .updateTable('dag')
    .set({ state: 'complete', bytes, blocks, completed: now, missing_count: 0 })
    .where('cid', '=', cid)
    .where('state', '<>', 'complete')
    .returning('holders'),
)

type Lacking = { cid: string; count: number; bytes: number; blocks: number }
const setLacking = prepare((q, { cid, count, bytes, blocks }: Lacking) => q.updateTable('dag').set({ missing_count: count, here_bytes: bytes, here_blocks: blocks }).where('cid', '=', cid))
const removeMissing = prepare((q, { dag }: { dag: string }) => q.deleteFrom('missing_block').where('dag', '=', dag))
const firstMissing = prepare((q, { dag, limit }: { dag: string; limit: number }) =>
  q.selectFrom('missing_block').select(['cid', 'path']).where('dag', '=', dag).orderBy('position').limit(limit),
)

/** Literals, as in the partial index: SQLite uses it for no bound value. */
const isHeldPartial = sql<boolean>`state = 'partial' and holders > 0`
const firstPartial = prepare((q, { limit }: { limit: number }) => q.selectFrom('dag').selectAll().where(isHeldPartial).orderBy('created').orderBy('cid').limit(limit))

/** The same. */
const isUnread = sql<boolean>`unpinned = 1 and not exists (select 1 from pin_request where pin_request.dag = upload_root.dag and pin_request.status in ('queued', 'pinning', 'pinned'))`

const standingOf = prepare((q, { cid }: { cid: string }) =>
  q
    .selectFrom('dag')
    .select(['state', 'holders', sql<number>`case when exists (select 1 from upload_root where upload_root.dag = dag.cid and unpinned = 1) then 1 else 0 end`.as('unpinned')])
    .where('cid', '=', cid),
)

type NewVisits = { cid: string; requests: number; bytes: number; last: number }

const addVisits = prepare((q, { cid, requests, bytes, last }: NewVisits) =>
  q
    .updateTable('dag')
    .set((e) => ({ visits: e('visits', '+', requests), visit_bytes: e('visit_bytes', '+', bytes), last_visit: later('last_visit', last) }))
    .where('cid', '=', cid),
)

const addAccountVisits = prepare((q, { cid, accountId, requests, bytes, last }: NewVisits & { accountId: string }) =>
  q
    .insertInto('account_visit')
    .values({ dag: cid, account_id: accountId, requests, bytes, last })
    .onConflict((c) =>
      c.columns(['dag', 'account_id']).doUpdateSet({
        requests: sql`account_visit.requests + excluded.requests`,
        bytes: sql`account_visit.bytes + excluded.bytes`,
        last: sql`case when account_visit.last > excluded.last then account_visit.last else excluded.last end`,
      }),
    ),
)

/** Two processes may count at the same time. */
function later(column: 'last_visit', time: number): RawBuilder<number> {
  return sql`case when ${sql.ref(column)} > ${time} then ${sql.ref(column)} else cast(${time} as bigint) end`
}

export const visitColumns = ['visits', 'visit_bytes', 'last_visit'] as const

export function visitsIn({ visits, visit_bytes, last_visit }: Pick<Selectable<Tables['dag']>, (typeof visitColumns)[number]>): Visits {
  return { requests: visits, bytes: visit_bytes, last: last_visit ?? undefined }
}

export function dagQueries(session: Session): DagReads & DagWrites {
  const { q } = session
  return {
    ...holdQueries(session),

    async get(cid) {
      const [row] = (await byCid(session, { cid })).rows
      return row && toDag(row)
    },

    async missing(dag, limit) {
      const { rows } = await firstMissing(session, { dag, limit })
      if (rows.length > 0) return rows
      const [row] = (await byCid(session, { cid: dag })).rows
      return row?.state === 'partial' && row.missing_count === 1 ? [{ cid: dag, path: '' }] : []
    },

    async partial(limit, after) {
      if (after === undefined) return (await firstPartial(session, { limit })).rows.map(toDag)
      const later = sql<boolean>`(created, cid) > (${after.created}, ${after.cid})`
      const rows = await q.selectFrom('dag').selectAll().where(isHeldPartial).where(later).orderBy('created').orderBy('cid').limit(limit).execute()
      return rows.map(toDag)
    },

    list: async (after, limit) => (await q.selectFrom('dag').selectAll().where('cid', '>', after).orderBy('cid').limit(limit).execute()).map(toDag),

    async unheld(upTo, limit, after) {
      const rows = q.selectFrom('dag').select(['cid', 'released']).where(isUnheld).where('released', '<=', upTo).$narrowType<{ released: number }>()
      const later = after ? rows.where(sql<boolean>`(released, cid) > (${after.released}, ${after.cid})`) : rows
      return later.orderBy('released').orderBy('cid').limit(limit).execute()
    },

    lock: async (cid, now) => toDag(only(await insertOrLock(session, { cid, now }))),

    async setComplete(cid, { bytes, blocks }, now) {
      const [changed] = (await complete(session, { cid, bytes, blocks, now })).rows
      if (changed === undefined) return
      if (changed.holders > 0) await chargeHolders(session, cid, { bytes, blocks }, now)
      await removeMissing(session, { dag: cid })
    },

    async setMissing({ cid: dag, missingCount }, missing, count, { bytes, blocks } = { bytes: 0, blocks: 0 }) {
      if (count !== missingCount || bytes > 0) await setLacking(session, { cid: dag, count, bytes, blocks })
      if (missingCount > 0) await removeMissing(session, { dag })
      if (isRootAlone(dag, missing, count)) return
      const rows = missing.map(({ cid, path }, position) => ({ dag, position, cid, path }))
      for (const slice of slices(rows)) await q.insertInto('missing_block').values(slice).execute()
    },

    async standing(cid) {
      const [row] = (await standingOf(session, { cid })).rows
      return row && { state: row.state, holders: row.holders, unpinned: row.unpinned === 1 }
    },

    async unread(cids) {
      const found = new Set<string>()
      for (const slice of slices([...new Set(cids)])) {
        const waiting = q.selectFrom('upload_root').select('dag').distinct().where('dag', 'in', slice).where(isUnread)
        for (const { dag } of await waiting.execute()) found.add(dag)
      }
      return found
    },

    async visits(cids) {
      const found = new Map<string, Visits>()
      for (const slice of slices([...new Set(cids)])) {
        const rows = await q.selectFrom('dag').select(['cid', ...visitColumns]).where('cid', 'in', slice).execute()
        for (const row of rows) found.set(row.cid, visitsIn(row))
      }
      return found
    },

    async completed(cids) {
      const found = new Map<string, number>()
      for (const slice of slices([...new Set(cids)])) {
        const rows = await q.selectFrom('dag').select(['cid', 'completed']).where('cid', 'in', slice).where('state', '=', 'complete').execute()
        for (const row of rows) found.set(row.cid, row.completed ?? 0)
      }
      return found
    },

    async visitsBy(accountId, cid) {
      const row = await q.selectFrom('account_visit').select(['requests', 'bytes', 'last']).where('dag', '=', cid).where('account_id', '=', accountId).executeTakeFirst()
      return row ?? { requests: 0, bytes: 0 }
    },

    async addVisits(visits) {
      // In one order everywhere, so that two processes do not lock rows crosswise.
      const roots = [...visits].sort(([a], [b]) => (a < b ? -1 : 1))
      for (const [cid, { requests, bytes, last = 0, byAccount }] of roots) {
        const { numAffectedRows = 0n } = await addVisits(session, { cid, requests, bytes, last })
        if (numAffectedRows === 0n) continue
        for (const [accountId, own] of byAccount) await addAccountVisits(session, { cid, accountId, requests: own.requests, bytes: own.bytes, last: own.last ?? last })
      }
    },
  }
}

/** Mostly it is, and then the count says it all. */
function isRootAlone(dag: string, [first]: readonly MissingBlock[], count: number): boolean {
  return count === 1 && first?.cid === dag && first.path === ''
}

/** Column by column: taking the rest of a row costs as much as a statement. */
export function toDag(row: Selectable<Tables['dag']>): Dag {
  return {
    cid: row.cid,
    state: row.state,
    bytes: row.bytes ?? undefined,
    blocks: row.blocks ?? undefined,
    holders: row.holders,
    visits: row.visits,
    visitBytes: row.visit_bytes,
    lastVisit: row.last_visit ?? undefined,
    created: row.created,
    released: row.released ?? undefined,
    completed: row.completed ?? undefined,
    missingCount: row.missing_count,
  }
}
