import { type Selectable, sql } from 'kysely'
import type { FetchReads, FetchState, FetchWrites } from '../../ports/db/index.ts'
import type { PeerAttempt } from '../../ports/network.ts'
import type { Session } from '../session.ts'
import { slices } from '../slices.ts'
import type { Tables } from '../tables.ts'

/** As in the partial index, spelled out: SQLite uses it for no bound value. */
const waits = sql<boolean>`status in ('queued', 'pinning')`
/** Kept here, since this is the one who knows how the two tables go together. */
const fetchJob = 'fetch-dag'
/** Requests whose addresses are read; each may name a thousand. */
const readRequests = 50

export function fetchQueries({ q }: Session): FetchReads & FetchWrites {
  const waiting = (dag: string) => q.selectFrom('pin_request').where('dag', '=', dag).where(waits)

  return {
    async get(dag) {
      const row = await q.selectFrom('dag_fetch').selectAll().where('dag', '=', dag).executeTakeFirst()
      return row && toState(row)
    },

    async ofDags(dags) {
      const found = new Map<string, FetchState>()
      for (const slice of slices([...new Set(dags)])) {
        const rows = await q.selectFrom('dag_fetch').selectAll().where('dag', 'in', slice).execute()
        for (const row of rows) found.set(row.dag, toState(row))
      }
      return found
    },

    async waiters(dag) {
      const job = await q.selectFrom('job').select('wanted').where('kind', '=', fetchJob).where('key', '=', dag).executeTakeFirst()
      const one = await waiting(dag).select('id').limit(1).executeTakeFirst()
      return { any: one !== undefined, wanted: job?.wanted ?? 0 }
    },

    async firstDeadline(dag) {
      const row = await waiting(dag).select('deadline').orderBy('deadline').limit(1).executeTakeFirst()
      return row?.deadline
    },

    async overdue(dag, now, limit) {
      return (await waiting(dag).select('id').where('deadline', '<=', now).limit(limit).execute()).map(({ id }) => id)
    },

    async origins(dag, limit) {
      const rows = await waiting(dag).select('origins').where('origins', '<>', '[]').orderBy('created', 'desc').limit(readRequests).execute()
      return firstOfEach(rows.map(({ origins }) => JSON.parse(origins) as string[]), limit)
    },

    async put(states) {
      for (const slice of slices(states, 500)) {
        // A DAG may have been completed, or forgotten, since somebody looked.
        const known = new Set((await q.selectFrom('dag').select('cid').where('state', '=', 'partial').where('cid', 'in', slice.map(({ dag }) => dag)).execute()).map(({ cid }) => cid))
        const rows = slice.filter(({ dag }) => known.has(dag)).map(toRow)
        if (rows.length === 0) continue
        await q
          .insertInto('dag_fetch')
          .values(rows)
          .onConflict((c) =>
            c.column('dag').doUpdateSet((e) => ({
              reason: e.ref('excluded.reason'),
              blocks: e.ref('excluded.blocks'),
              bytes: e.ref('excluded.bytes'),
              missing: e.ref('excluded.missing'),
              attempts: e.ref('excluded.attempts'),
              tries: e.ref('excluded.tries'),
              next_try: e.ref('excluded.next_try'),
              updated: e.ref('excluded.updated'),
            })).where('dag_fetch.updated', '<=', (e) => e.ref('excluded.updated')),
          )
          .execute()
      }
    },

    async remove(dag) {
      await q.deleteFrom('dag_fetch').where('dag', '=', dag).execute()
    },

    async hasten(now, limit) {
      const next = q.selectFrom('dag_fetch').select('dag').where('next_try', '>', now).orderBy('next_try').limit(limit)
      const dags = (await next.execute()).map(({ dag }) => dag)
      let hastened = 0
      for (const slice of slices(dags)) {
        const free = q.updateTable('job').set({ due_at: now }).where('kind', '=', fetchJob).where('key', 'in', slice)
        const { numUpdatedRows } = await free.where('owner', 'is', null).where('dead', '=', 0).where('due_at', '>', now).executeTakeFirstOrThrow()
        hastened += Number(numUpdatedRows)
      }
      return hastened
    },
  }
}

/** One long list leaves room for the others. */
function firstOfEach(lists: readonly (readonly string[])[], limit: number): string[] {
  const found = new Set<string>()
  const longest = Math.max(0, ...lists.map(({ length }) => length))
  for (let i = 0; i < longest; i++) {
    for (const list of lists) {
      if (list[i] !== undefined) found.add(list[i]!)
      if (found.size === limit) return [...found]
    }
  }
  return [...found]
}

function toRow({ attempts, nextTry, ...state }: FetchState) {
  return { ...state, attempts: JSON.stringify(attempts), next_try: nextTry ?? null }
}

function toState({ attempts, next_try, ...row }: Selectable<Tables['dag_fetch']>): FetchState {
  return { ...row, attempts: JSON.parse(attempts) as PeerAttempt[], nextTry: next_try ?? undefined }
}
