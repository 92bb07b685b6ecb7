import { type Selectable, sql } from 'kysely'
import type { Dag, DagReads, DagWrites } from '../../ports/db/index.ts'
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

const setMissingCount = prepare((q, { cid, count }: { cid: string; count: number }) => q.updateTable('dag').set({ missing_count: count }).where('cid', '=', cid))
const removeMissing = prepare((q, { dag }: { dag: string }) => q.deleteFrom('missing_block').where('dag', '=', dag))
const insertMissing = prepare((q, { dag, position, cid, path }: { dag: string; position: number; cid: string; path: string }) =>
  q.insertInto('missing_block').values({ dag, position, cid, path }),
)

/** Literals, as in the partial index: SQLite uses it for no bound value. */
const isHeldPartial = sql<boolean>`state = 'partial' and holders > 0`
const firstPartial = prepare((q, { limit }: { limit: number }) => q.selectFrom('dag').selectAll().where(isHeldPartial).orderBy('created').orderBy('cid').limit(limit))

export function dagQueries(session: Session): DagReads & DagWrites {
  const { q } = session
  return {
    ...holdQueries(session),

    async get(cid) {
      const [row] = (await byCid(session, { cid })).rows
      return row && toDag(row)
    },

    missing: (cid, limit) => q.selectFrom('missing_block').select(['cid', 'path']).where('dag', '=', cid).orderBy('position').limit(limit).execute(),

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
      const change = { state: 'complete', bytes, blocks, completed: now, missing_count: 0 } as const
      const changed = await q.updateTable('dag').set(change).where('cid', '=', cid).where('state', '<>', 'complete').returning('holders').executeTakeFirst()
      if (changed === undefined) return
      if (changed.holders > 0) await chargeHolders(session, cid, { bytes, blocks })
      await removeMissing(session, { dag: cid })
    },

    async setMissing(dag, missing, count) {
      await setMissingCount(session, { cid: dag, count })
      await removeMissing(session, { dag })
      const rows = missing.map(({ cid, path }, position) => ({ dag, position, cid, path }))
      // Mostly it is the root alone.
      if (rows.length === 1) await insertMissing(session, rows[0]!)
      else for (const slice of slices(rows)) await q.insertInto('missing_block').values(slice).execute()
    },

    async addVisits(visits) {
      // In one order everywhere, so that two processes do not lock rows crosswise.
      const rows = [...visits].sort(([a], [b]) => (a < b ? -1 : 1))
      for (const [cid, times] of rows) {
        await q.updateTable('dag').set((e) => ({ visits: e('visits', '+', times) })).where('cid', '=', cid).execute()
      }
    },
  }
}

export function toDag({ missing_count: missingCount, ...row }: Selectable<Tables['dag']>): Dag {
  const { bytes, blocks, released, completed } = row
  return { ...row, missingCount, bytes: bytes ?? undefined, blocks: blocks ?? undefined, released: released ?? undefined, completed: completed ?? undefined }
}
