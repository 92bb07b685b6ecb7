import { sql } from 'kysely'
import type { LoadReads } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'

export function loadQueries({ q, kind: database }: Session): LoadReads {
  return {
    async clock() {
      const now = database === 'postgres' ? sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)` : sql<number>`cast(unixepoch('subsec') * 1000 as integer)`
      const { rows } = await sql<{ now: number }>`select ${now} as now`.execute(q)
      return rows[0]!.now
    },

    async pins() {
      const sum = (column: 'queued' | 'pinning' | 'pinned' | 'failed') => sql<number>`cast(coalesce(sum(${sql.ref(column)}), 0) as bigint)`.as(column)
      return q.selectFrom('pin_tally').select([sum('queued'), sum('pinning'), sum('pinned'), sum('failed')]).executeTakeFirstOrThrow()
    },

    async jobs(kind, now, limit) {
      const jobs = q.selectFrom('job').where('kind', '=', kind)
      const alive = jobs.where(sql<boolean>`dead = 0`)
      const count = async (some: typeof jobs) => {
        const { n } = await q.selectFrom(some.select(sql.lit(1).as('one')).limit(limit).as('some')).select((e) => e.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()
        return n
      }
      const due = alive.where('due_at', '<=', now)
      const first = await due.select('due_at').orderBy('due_at').limit(1).executeTakeFirst()
      return {
        due: first === undefined ? 0 : await count(due),
        later: await count(alive.where('due_at', '>', now)),
        dead: await count(jobs.where(sql<boolean>`dead = 1`)),
        ...(first && { oldest: first.due_at }),
      }
    },
  }
}
