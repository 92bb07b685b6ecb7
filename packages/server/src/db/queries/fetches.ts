import { type Selectable, sql } from 'kysely'
import type { FetchReads, FetchState, FetchWrites } from '../../ports/db/index.ts'
import type { PeerAttempt } from '../../ports/network.ts'
import { prepare } from '../prepared.ts'
import type { Session } from '../session.ts'
import { slices } from '../slices.ts'
import type { Tables } from '../tables.ts'

/** Spelled out: a plan is made once, whatever the values. */
const waits = sql<boolean>`status in ('queued', 'pinning')`
/** Kept here, since this is the one who knows how the two tables go together. */
const fetchJob = 'fetch-dag'
/** Requests whose addresses are read; each may name a thousand. */
const readRequests = 50

/** States that are told of together. */
const changedAtOnce = 200

type Row = Selectable<Tables['dag_fetch']>
type OfDag = { dag: string }

const byDag = prepare((q, { dag }: OfDag) => q.selectFrom('dag_fetch').selectAll().where('dag', '=', dag))
const remove = prepare((q, { dag }: OfDag) => q.deleteFrom('dag_fetch').where('dag', '=', dag))
const wanted = prepare((q, { dag }: OfDag) => q.selectFrom('job').select('wanted').where('kind', '=', fetchJob).where('key', '=', dag))
/** PostgreSQL takes what is selected for text. */
const number = <N extends number | null>(value: N) => sql<N>`cast(${value} as bigint)`
/** Nothing where the DAG is not partial: it may have been completed, or forgotten, since somebody looked. */
const insertOrReplace = prepare((q, { dag, reason, blocks, bytes, missing, attempts, tries, next_try, updated }: Row) =>
  q
    .insertInto('dag_fetch')
    .columns(['dag', 'reason', 'blocks', 'bytes', 'missing', 'attempts', 'tries', 'next_try', 'updated'])
    .expression((e) =>
      e
        .selectFrom('dag')
        .select(({ val }) => ['cid', val(reason).as('reason'), number(blocks).as('blocks'), number(bytes).as('bytes'), number(missing).as('missing')])
        .select(({ val }) => [val(attempts).as('attempts'), number(tries).as('tries'), number(next_try).as('next_try'), number(updated).as('updated')])
        .where('cid', '=', dag)
        .where('state', '=', 'partial'),
    )
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
    ),
)

const waiting = (q: Session['q'], dag: string) => q.selectFrom('pin_request').where('dag', '=', dag).where(waits)
const anyWaiting = prepare((q, { dag }: OfDag) => waiting(q, dag).select('id').limit(sql.lit(1)))
const firstDeadline = prepare((q, { dag }: OfDag) => waiting(q, dag).select('deadline').orderBy('deadline').limit(sql.lit(1)))
const overdue = prepare((q, { dag, now, limit }: OfDag & { now: number; limit: number }) => waiting(q, dag).select('id').where('deadline', '<=', now).limit(limit))
const named = prepare((q, { dag }: OfDag) => waiting(q, dag).select('origins').where('origins', '<>', '[]').orderBy('created', 'desc').limit(sql.lit(readRequests)))

export function fetchQueries(session: Session): FetchReads & FetchWrites {
  const { q } = session

  return {
    async get(dag) {
      const [row] = (await byDag(session, { dag })).rows
      return row && toState(row)
    },

    async waiters(dag) {
      const [job] = (await wanted(session, { dag })).rows
      const { rows } = await anyWaiting(session, { dag })
      return { any: rows.length > 0, wanted: job?.wanted ?? 0 }
    },

    async firstDeadline(dag) {
      return (await firstDeadline(session, { dag })).rows[0]?.deadline
    },

    overdue: async (dag, now, limit) => (await overdue(session, { dag, now, limit })).rows.map(({ id }) => id),

    async origins(dag, limit) {
      const { rows } = await named(session, { dag })
      return firstOfEach(rows.map(({ origins }) => JSON.parse(origins) as string[]), limit)
    },

    async changed(since, accountIds) {
      const states = await q.selectFrom('dag_fetch').select(['dag', 'updated']).where('updated', '>', since).orderBy('updated').limit(changedAtOnce).execute()
      const changed = new Map<string, string[]>()
      const dags = states.map(({ dag }) => dag)
      for (const accounts of dags.length > 0 ? slices(accountIds) : []) {
        const own = q.selectFrom('pin_request').select(['account_id', 'dag']).distinct().where('dag', 'in', dags).where('account_id', 'in', accounts)
        for (const { account_id, dag } of await own.execute()) changed.set(account_id, [...(changed.get(account_id) ?? []), dag])
      }
      return { until: states.at(-1)?.updated ?? since, changed }
    },

    async put(states) {
      for (const state of states) await insertOrReplace(session, toRow(state))
    },

    remove: async (dag) => void (await remove(session, { dag })),

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

function toRow({ attempts, nextTry, ...state }: FetchState): Row {
  return { ...state, attempts: JSON.stringify(attempts), next_try: nextTry ?? null }
}

export function toState({ attempts, next_try, ...row }: Row): FetchState {
  return { ...row, attempts: JSON.parse(attempts) as PeerAttempt[], nextTry: next_try ?? undefined }
}
