import { sql } from 'kysely'
import type { DagWrites } from '../../ports/db/index.ts'
import { only, prepare } from '../prepared.ts'
import type { Session } from '../session.ts'
import { charge, uncharge } from './usage.ts'

/** Literals, as in the partial index: SQLite uses it for no bound value. */
export const isUnheld = sql<boolean>`holders = 0 and released is not null`

type Hold = {
  accountId: string
  cid: string
  times: number
}

type NewHold = Hold & { now: number; parts: number }

const holdDag = prepare((q, { cid, times }: Hold) =>
  q
    .updateTable('dag')
    .set((e) => ({ holders: e('holders', '+', times), released: null }))
    .where('cid', '=', cid)
    .returning(['bytes', 'blocks']),
)

const addHolds = prepare((q, { accountId, cid, times, now, parts }: NewHold) =>
  q
    .insertInto('account_dag')
    .values({ account_id: accountId, dag: cid, holds: times, since: now, parts })
    .onConflict((c) =>
      c.columns(['account_id', 'dag']).doUpdateSet({
        holds: sql`account_dag.holds + excluded.holds`,
        parts: sql`case when excluded.parts = 1 then 1 else account_dag.parts end`,
      }),
    )
    .returning('holds'),
)

const releaseDag = prepare((q, { cid, times, now }: Hold & { now: number }) =>
  q
    .updateTable('dag')
    .set((e) => ({ holders: e('holders', '-', times), released: sql`case when holders = ${times} then coalesce(released, ${now}) end` }))
    .where('cid', '=', cid)
    .returning(['holders', 'bytes', 'blocks']),
)

export function holdQueries(session: Session): Pick<DagWrites, 'hold' | 'noteParts' | 'release' | 'giveUp' | 'forget'> {
  const { q } = session

  const unheld = (cids: readonly string[], upTo: number) => q.updateTable('dag').where('cid', 'in', cids).where(isUnheld).where('released', '<=', upTo)

  return {
    async hold(accountId, cid, { times = 1, now = 0, parts = false } = {}) {
      const size = only(await holdDag(session, { accountId, cid, times }))
      const { holds } = only(await addHolds(session, { accountId, cid, times, now, parts: parts ? 1 : 0 }))
      if (holds === times) await charge(session, accountId, size, now)
    },

    async noteParts(cid) {
      await q.updateTable('account_dag').set({ parts: 1 }).where('dag', '=', cid).where('parts', '=', 0).execute()
    },

    async release(accountId, cid, times, now) {
      const { holders, ...size } = only(await releaseDag(session, { accountId, cid, times, now }))
      if (times === 0) return holders
      const mine = q.updateTable('account_dag').set((e) => ({ holds: e('holds', '-', times) }))
      const { holds } = await mine.where('account_id', '=', accountId).where('dag', '=', cid).returning('holds').executeTakeFirstOrThrow()
      if (holds > 0) return holders
      await q.deleteFrom('account_dag').where('account_id', '=', accountId).where('dag', '=', cid).execute()
      await uncharge(session, accountId, size, now)
      return holders
    },

    async giveUp(cids, upTo) {
      const given = await unheld(cids, upTo).set({ state: 'partial', bytes: null, blocks: null, completed: null, missing_count: 0, here_bytes: 0, here_blocks: 0 }).returning('cid').execute()
      if (given.length > 0) await q.deleteFrom('missing_block').where('dag', 'in', given.map(({ cid }) => cid)).execute()
    },

    async forget(cids, upTo) {
      const nothingKnown = unheld(cids, upTo).where('state', '=', 'partial').where('missing_count', '=', 0)
      // A failed pin request refers to its row, which stays for that; the others go.
      const given = (await nothingKnown.set({ released: null }).returning('cid').execute()).map(({ cid }) => cid)
      if (given.length === 0) return 0
      const named = new Set((await q.selectFrom('pin_request').select('dag').distinct().where('dag', 'in', given).execute()).map(({ dag }) => dag))
      const gone = given.filter((cid) => !named.has(cid))
      if (gone.length > 0) await q.deleteFrom('dag').where('cid', 'in', gone).execute()
      return given.length
    },
  }
}
