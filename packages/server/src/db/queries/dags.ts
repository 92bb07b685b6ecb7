import { type Selectable, sql } from 'kysely'
import type { Dag, DagReads, DagWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import { slices } from '../slices.ts'
import type { Tables } from '../tables.ts'
import { holdQueries, isUnheld } from './holds.ts'
import { chargeHolders } from './usage.ts'

export function dagQueries(session: Session): DagReads & DagWrites {
  const { q, kind } = session
  const select = q.selectFrom('dag').selectAll()
  return {
    ...holdQueries(session),

    async get(cid) {
      const row = await select.where('cid', '=', cid).executeTakeFirst()
      return row && toDag(row)
    },

    missing: (cid, limit) => q.selectFrom('missing_block').select(['cid', 'path']).where('dag', '=', cid).orderBy('position').limit(limit).execute(),

    async partial(limit, after) {
      // Literals, as in the partial index: SQLite uses it for no bound value.
      const all = select.where(sql<boolean>`state = 'partial' and holders > 0`)
      const later = after ? all.where(sql<boolean>`(created, cid) > (${after.created}, ${after.cid})`) : all
      const rows = await later.orderBy('created').orderBy('cid').limit(limit).execute()
      return rows.map(toDag)
    },

    list: async (after, limit) => (await select.where('cid', '>', after).orderBy('cid').limit(limit).execute()).map(toDag),

    async unheld(upTo, limit, after) {
      const rows = q.selectFrom('dag').select(['cid', 'released']).where(isUnheld).where('released', '<=', upTo).$narrowType<{ released: number }>()
      const later = after ? rows.where(sql<boolean>`(released, cid) > (${after.released}, ${after.cid})`) : rows
      return later.orderBy('released').orderBy('cid').limit(limit).execute()
    },

    async lock(cid, now) {
      const fresh = { cid, state: 'partial', holders: 0, released: now, visits: 0, created: now, missing_count: 0 } as const
      const row = select.where('cid', '=', cid)
      for (;;) {
        await q.insertInto('dag').values(fresh).onConflict((c) => c.column('cid').doNothing()).execute()
        // On SQLite the transaction itself is the lock; elsewhere the row may have gone while it was waited for.
        const locked = await (kind === 'postgres' ? row.forUpdate() : row).executeTakeFirst()
        if (locked) return toDag(locked)
      }
    },

    async setComplete(cid, { bytes, blocks }, now) {
      const change = { state: 'complete', bytes, blocks, completed: now, missing_count: 0 } as const
      const changed = await q.updateTable('dag').set(change).where('cid', '=', cid).where('state', '<>', 'complete').returning('holders').executeTakeFirst()
      if (changed === undefined) return
      if (changed.holders > 0) await chargeHolders(session, cid, { bytes, blocks })
      await q.deleteFrom('missing_block').where('dag', '=', cid).execute()
    },

    async setMissing(cid, missing, count) {
      await q.updateTable('dag').set({ missing_count: count }).where('cid', '=', cid).execute()
      await q.deleteFrom('missing_block').where('dag', '=', cid).execute()
      const rows = missing.map((block, position) => ({ dag: cid, position, cid: block.cid, path: block.path }))
      for (const slice of slices(rows)) await q.insertInto('missing_block').values(slice).execute()
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
