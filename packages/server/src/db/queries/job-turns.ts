import { type Selectable, sql } from 'kysely'
import type { JobReads, JobWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'

type Row = Selectable<Tables['job']>

/** Lanes that are looked at together. */
const atOnce = 256

interface Head {
  lane: string
  /** Its first job that is due. */
  id: string | null
}

/** Jobs by turns: each lane gives one before any gives its next; of what was never tried the oldest and the newest alternately, so that neither a long list nor a busy account keeps one waiting. */
export function jobTurns({ q, kind: database }: Session, lease: (rows: readonly Row[], owner: string, until: number) => Promise<void>) {
  /** The next lanes that have jobs of this rank, each with one that is due: the oldest, or the newest. One step in the index a lane, however many jobs it has. */
  async function heads(kind: string, rank: number, now: number, after: string, end: 'oldest' | 'newest' = 'oldest'): Promise<Head[]> {
    const order = sql.raw(end === 'newest' ? 'desc' : 'asc')
    const of = sql`kind = ${kind} and rank = ${sql.lit(rank)} and dead = 0 and lane <> ''`
    const { rows } = await sql<Head>`
      with recursive lanes (lane, n) as (
        select min(lane), 1 from job where ${of} and lane > ${after}
        union all
        select (select min(lane) from job where ${of} and lane > lanes.lane), n + 1 from lanes where lane is not null and n < ${sql.lit(atOnce)}
      )
      select lane, (select id from job where ${of} and lane = lanes.lane and due_at <= ${now} order by due_at ${order} limit 1) as id
      from lanes where lane is not null`.execute(q)
    return rows
  }

  async function take(ids: readonly string[], now: number): Promise<Row[]> {
    const query = q.selectFrom('job').selectAll().where('id', 'in', ids).where('due_at', '<=', now)
    const rows = await (database === 'postgres' ? query.forUpdate().skipLocked() : query).execute()
    return rows.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))
  }

  return {
    async claimInTurn({ kind, owner, now, until, limit, after, newest = false, admits }) {
      const taken: Row[] = []
      let last = after
      for (const rank of [0, 1]) {
        let from = after
        let isNewest = newest && rank === 0
        // Rounds, until one brings nothing; the first begins behind the lane that was served last, the others with the first lane.
        for (let isFruitful = true; isFruitful && taken.length < limit; ) {
          isFruitful = false
          const found = await heads(kind, rank, now, from, isNewest ? 'newest' : 'oldest')
          isNewest = rank === 0 && !isNewest
          const chosen: string[] = []
          for (const { lane, id } of found) {
            if (id === null || taken.length + chosen.length >= limit || !admits(lane, rank)) continue
            chosen.push(id)
            last = lane
          }
          if (chosen.length > 0) {
            const rows = await take(chosen, now)
            await lease(rows, owner, until)
            taken.push(...rows)
            isFruitful = rows.length > 0
          }
          if (found.length === atOnce && !isFruitful) last = found.at(-1)!.lane
          else if (from !== '') isFruitful = true
          from = ''
        }
      }
      return { rows: taken, last }
    },

    async lanesDue(kind, now) {
      const due = new Set<string>()
      for (const rank of [0, 1]) for (const { lane, id } of await heads(kind, rank, now, '')) if (id !== null) due.add(lane)
      return [...due]
    },
  } satisfies Pick<JobReads, 'lanesDue'> & { claimInTurn(options: Parameters<JobWrites['claimInTurn']>[0]): Promise<{ rows: Row[]; last: string }> }
}
