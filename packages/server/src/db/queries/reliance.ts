import { type RawBuilder, sql } from 'kysely'
import type { RelianceReads, RelianceWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'

/** Processes may stand on several machines: the database's clock alone says who was seen when. */
const clocks = {
  postgres: sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
  sqlite: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
}

export function relianceQueries({ q, kind }: Session): RelianceReads & RelianceWrites {
  const now = clocks[kind]
  const inMs = (ms: number): RawBuilder<number> => sql<number>`${now} + cast(${ms} as bigint)`
  const greatest = async (): Promise<number> => {
    const { horizon } = await q.selectFrom('store_process').select((e) => e.fn.max('horizon').as('horizon')).executeTakeFirstOrThrow()
    return horizon ?? 0
  }
  const lease = () => q.updateTable('store_reclaim').where('id', '=', 1)

  return {
    async seenWithin(ms) {
      return (await q.selectFrom('store_process').select('id').where('seen', '>', inMs(-ms)).execute()).map(({ id }) => id)
    },

    async join(process, stamp) {
      // A reclaim that begins now waits, and then sees this process; one that has begun is seen here, with its cutoff.
      await lease().set((e) => ({ cutoff: e.ref('cutoff') })).execute()
      const { cutoff } = await q.selectFrom('store_reclaim').select('cutoff').executeTakeFirstOrThrow()
      const horizon = Math.max(stamp, cutoff, await greatest())
      await q.insertInto('store_process').values({ id: process, horizon, seen: now }).execute()
      return horizon
    },

    async beat(process, horizon) {
      const { numUpdatedRows } = await q.updateTable('store_process').set({ horizon, seen: now }).where('id', '=', process).executeTakeFirstOrThrow()
      return numUpdatedRows > 0n ? greatest() : undefined
    },

    async leave(process) {
      await q.deleteFrom('store_process').where('id', '=', process).execute()
    },

    async beginReclaim({ id, process, horizon, lease: ms, deadAfter }) {
      const { numUpdatedRows } = await lease().set({ run: id, until: inMs(ms) }).where('until', '<', now).executeTakeFirstOrThrow()
      if (numUpdatedRows === 0n) return undefined
      await q.deleteFrom('store_process').where('seen', '<', inMs(-deadAfter)).execute()
      const others = await q.selectFrom('store_process').select((e) => e.fn.min('horizon').as('horizon')).where('id', '<>', process).executeTakeFirstOrThrow()
      const cutoff = Math.min(horizon, others.horizon ?? horizon)
      await lease().set({ cutoff }).execute()
      return cutoff
    },

    async extendReclaim(run, ms) {
      const { numUpdatedRows } = await lease().set({ until: inMs(ms) }).where('run', '=', run).executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },

    async endReclaim(run) {
      await lease().set({ run: null, until: 0 }).where('run', '=', run).execute()
    },
  }
}
