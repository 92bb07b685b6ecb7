import { type Selectable, sql } from 'kysely'
import { newId } from '../../kernel/ids.ts'
import type { Job, JobReads, JobWrites } from '../../ports/db/index.ts'
import { prepare } from '../prepared.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'
import { jobTurns } from './job-turns.ts'

type Row = Selectable<Tables['job']>

type NewJob = Pick<Row, 'id' | 'kind' | 'key' | 'payload' | 'due_at' | 'lane' | 'rank'>

const insertOrAsk = prepare((q, { id, kind, key, payload, due_at, lane, rank }: NewJob) =>
  q
    .insertInto('job')
    .values({ id, kind, key, payload, due_at, lane, attempts: 0, wanted: 1, dead: 0, rank, deaths: 0 })
    .onConflict((c) =>
      c.columns(['kind', 'key']).doUpdateSet({
        wanted: sql`job.wanted + 1`,
        payload: sql`coalesce(excluded.payload, job.payload)`,
        due_at: sql`case when job.dead = 1 then excluded.due_at when job.owner is null and excluded.due_at < job.due_at then excluded.due_at else job.due_at end`,
        again_at: sql`case when job.owner is null then null when job.again_at < excluded.due_at then job.again_at else excluded.due_at end`,
        attempts: sql`case when job.dead = 1 then 0 else job.attempts end`,
        error: sql`case when job.dead = 1 then null else job.error end`,
        dead: 0,
        lane: sql`case when excluded.lane = '' then job.lane else excluded.lane end`,
        rank: sql`case when job.owner is null and excluded.rank = 0 then 0 else job.rank end`,
        deaths: sql`case when job.dead = 1 then 0 else job.deaths end`,
      }),
    ),
)

const firstDue = prepare((q, { kind, now, limit }: { kind: string; now: number; limit: number }, database) => {
  const due = q.selectFrom('job').selectAll().where('kind', '=', kind).where(sql<boolean>`dead = 0`).where('due_at', '<=', now).orderBy('due_at').limit(limit)
  return database === 'postgres' ? due.forUpdate().skipLocked() : due
})

/** A row as long as `owner` has the lease under which it was handed the job: each claim counts an attempt. */
type Held = { id: string; owner: string; attempts: number }

const removeHeld = prepare((q, { id, owner, attempts }: Held) =>
  q.deleteFrom('job').where('id', '=', id).where('owner', '=', owner).where('attempts', '=', attempts).where('again_at', 'is', null),
)

const retryHeld = prepare((q, { id, owner, attempts, runAt, left, deaths, error }: Held & { runAt: number; left: number; deaths: number; error: string | null }) =>
  q
    .updateTable('job')
    .set({
      owner: null,
      due_at: sql`case when again_at < ${runAt} then again_at else ${runAt} end`,
      again_at: null,
      attempts: left,
      rank: sql`case when again_at is null then 1 else 0 end`,
      deaths,
      error,
    })
    .where('id', '=', id)
    .where('owner', '=', owner)
    .where('attempts', '=', attempts),
)

export function jobQueries(session: Session): JobReads & JobWrites {
  const { q, jobEnqueued } = session

  const held = (job: Job, owner: string) => q.updateTable('job').where('id', '=', job.id).where('owner', '=', owner).where('attempts', '=', job.attempts)

  /** A lease that was not given back was of a process that is no more. */
  const lease = async (rows: readonly Row[], owner: string, until: number): Promise<void> => {
    await q
      .updateTable('job')
      .set((e) => ({ owner, due_at: until, again_at: null, attempts: e('attempts', '+', 1), deaths: sql`case when owner is null then deaths else deaths + 1 end` }))
      .where('id', 'in', rows.map(({ id }) => id))
      .execute()
  }
  const { claimInTurn, lanesDue } = jobTurns(session, lease)

  return {
    lanesDue,

    async byKey(kind, key) {
      const row = await q.selectFrom('job').selectAll().where('kind', '=', kind).where('key', '=', key).executeTakeFirst()
      return row && toJob(row)
    },

    async count() {
      const { ready, leased, dead } = await q
        .selectFrom('job')
        .select([
          sql<number>`count(case when dead = 0 and owner is null then 1 end)`.as('ready'),
          sql<number>`count(case when dead = 0 and owner is not null then 1 end)`.as('leased'),
          sql<number>`count(case when dead = 1 then 1 end)`.as('dead'),
        ])
        .executeTakeFirstOrThrow()
      return { ready, leased, dead }
    },

    async buried(kinds, limit) {
      const rows: Row[] = []
      for (const kind of kinds) rows.push(...(await q.selectFrom('job').selectAll().where('kind', '=', kind).where(sql<boolean>`dead = 1`).limit(limit).execute()))
      return rows.map(toJob)
    },

    async enqueue({ kind, key, payload, runAt, lane = '', isTried = false }) {
      const text = payload === undefined ? null : JSON.stringify(payload)
      await insertOrAsk(session, { id: newId(), kind, key, payload: text, due_at: runAt, lane, rank: isTried ? 1 : 0 })
      if (!isTried) jobEnqueued()
    },

    async claim({ kinds, owner, now, until, limit }) {
      const rows: Row[] = []
      for (const kind of kinds) rows.push(...(await firstDue(session, { kind, now, limit })).rows)
      const taken = rows.sort((a, b) => a.due_at - b.due_at).slice(0, limit)
      if (taken.length === 0) return []
      await lease(taken, owner, until)
      return taken.map(toClaimed)
    },

    async claimInTurn(options) {
      const { rows, last } = await claimInTurn(options)
      return { jobs: rows.map(toClaimed), last }
    },

    async releaseAll(now) {
      const { numUpdatedRows } = await q.updateTable('job').set({ owner: null, due_at: now, deaths: sql`deaths + 1` }).where('owner', 'is not', null).executeTakeFirstOrThrow()
      return Number(numUpdatedRows)
    },

    async extend(id, owner, until, { forgive = false } = {}) {
      const { numUpdatedRows } = await q.updateTable('job').set({ due_at: until, ...(forgive && { deaths: 0 }) }).where('id', '=', id).where('owner', '=', owner).executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },

    async finish(job, owner, now) {
      const { numAffectedRows = 0n } = await removeHeld(session, { id: job.id, owner, attempts: job.attempts })
      if (numAffectedRows > 0n) return true
      const due = sql<number>`case when again_at > ${now} then again_at else ${now} end`
      const again = await held(job, owner).set({ owner: null, due_at: due, again_at: null, attempts: 0, error: null, rank: 0, deaths: 0 }).executeTakeFirstOrThrow()
      return again.numUpdatedRows > 0n
    },

    async retry(job, owner, { runAt, error = null, refund = false }) {
      const { id, attempts } = job
      const change = refund ? { left: attempts - 1, deaths: job.deaths } : { left: attempts, deaths: 0 }
      const { numAffectedRows = 0n } = await retryHeld(session, { id, owner, attempts, runAt, error, ...change })
      return numAffectedRows > 0n
    },

    async bury(job, owner, error) {
      const { numUpdatedRows } = await held(job, owner)
        .set({
          owner: null,
          // What was enqueued since the claim is not buried with it.
          dead: sql`case when again_at is null then 1 else 0 end`,
          due_at: sql`coalesce(again_at, due_at)`,
          attempts: sql`case when again_at is null then attempts else 0 end`,
          again_at: null,
          error,
        })
        .executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },
  }
}

function toClaimed(row: Row): Job {
  return toJob({ ...row, attempts: row.attempts + 1, deaths: row.owner === null ? row.deaths : row.deaths + 1 })
}

function toJob({ id, kind, key, payload, attempts, wanted, due_at, error, lane, rank, deaths }: Row): Job {
  return { id, kind, key, payload: payload === null ? undefined : (JSON.parse(payload) as unknown), attempts, wanted, runAt: due_at, error: error ?? undefined, lane, rank, deaths }
}
