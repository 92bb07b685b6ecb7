import { sql } from 'kysely'
import type { QuotaReads, QuotaWrites, Room } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'

const nothing: Room = { bytes: 0, blocks: 0 }

/** Literals, as in the partial indexes: SQLite uses them for no bound value. */
const isWaiting = sql<boolean>`pin_request.status in ('queued', 'pinning')`

export function quotaQueries({ q, kind }: Session): QuotaReads & QuotaWrites {
  const greatest = sql.raw(kind === 'postgres' ? 'greatest' : 'max')

  /**
   * Of each DAG the blocks that the account sent, what is stored of it below its root, or what a fetch has found so far, whichever is most: what
   * is stored stays while its root is held, also where the uploads that brought it are gone. Uploads that brought the same blocks, as their
   * list says where it is a single one, count once.
   */
  async function waiting(accountId: string): Promise<Room> {
    const uploads = sql`
      select max(upload.block_bytes) as bytes, max(upload.blocks) as blocks
      from upload_root join upload on upload.id = upload_root.upload_id
        left join part_list on part_list.upload_id = upload.id and part_list.position = 0
          and not exists (select 1 from part_list as next where next.upload_id = upload.id and next.position = 1)
      where upload_root.dag = account_dag.dag and upload.account_id = account_dag.account_id
      group by coalesce(part_list.cid, upload.id)`
    const parts = sql`
      select account_dag.dag, dag.here_bytes, dag.here_blocks,
        (select coalesce(sum(bytes), 0) from (${uploads}) as brought) as bytes,
        (select coalesce(sum(blocks), 0) from (${uploads}) as brought) as blocks
      from account_dag join dag on dag.cid = account_dag.dag
      where account_dag.account_id = ${accountId} and account_dag.parts = 1 and dag.state = 'partial'`
    const larger = (column: 'bytes' | 'blocks') => {
      const [sent, here, fetched] = [`sent.${column}`, `sent.here_${column}`, `dag_fetch.${column}`].map((name) => sql.ref(name))
      return sql`coalesce(sum(${greatest}(${sent}, ${here}, coalesce(${fetched}, 0))), 0)`
    }
    const all = sql<Room>`select ${larger('bytes')} as bytes, ${larger('blocks')} as blocks from (${parts}) as sent left join dag_fetch on dag_fetch.dag = sent.dag`
    const { rows: [row = nothing] } = await all.execute(q)
    return roomOf(row)
  }

  return {
    async of(accountId, now, except = '') {
      const charged = await q.selectFrom('account_usage').select(['bytes', 'blocks']).where('account_id', '=', accountId).executeTakeFirst()
      const taken = q.selectFrom('reservation').where('account_id', '=', accountId).where('until', '>', now).where('id', '<>', except)
      const reserved = await taken.select([sql<number>`coalesce(sum(bytes), 0)`.as('bytes'), sql<number>`coalesce(sum(blocks), 0)`.as('blocks')]).executeTakeFirstOrThrow()
      return { charged: charged ?? nothing, waiting: await waiting(accountId), reserved: roomOf(reserved) }
    },

    async waitingFor(dag) {
      const waiters = q.selectFrom('pin_request').innerJoin('account', 'account.id', 'pin_request.account_id').where('pin_request.dag', '=', dag).where(isWaiting)
      const rows = await waiters.where('upload_id', 'is', null).where('plan_id', 'is not', null).select(['account_id', 'plan_id']).distinct().orderBy('account_id').execute()
      return rows.map(({ account_id, plan_id }) => ({ accountId: account_id, planId: plan_id! }))
    },

    async waitingPins(dag, accountId, limit) {
      const pins = q.selectFrom('pin_request').select('id').where('dag', '=', dag).where('account_id', '=', accountId).where(isWaiting).where('upload_id', 'is', null)
      return (await pins.limit(limit).execute()).map(({ id }) => id)
    },

    async lock(accountId) {
      // The update that changes nothing locks the row.
      const row = q.insertInto('account_usage').values({ account_id: accountId, bytes: 0, blocks: 0, dags: 0 })
      await row.onConflict((c) => c.column('account_id').doUpdateSet({ dags: sql`account_usage.dags` })).execute()
    },

    async reserve({ accountId, ...rest }) {
      const row = q.insertInto('reservation').values({ ...rest, account_id: accountId })
      await row.onConflict((c) => c.column('id').doUpdateSet((e) => ({ bytes: e.ref('excluded.bytes'), blocks: e.ref('excluded.blocks'), until: e.ref('excluded.until') }))).execute()
    },

    async extend(ids, until) {
      if (ids.length > 0) await q.updateTable('reservation').set({ until }).where('id', 'in', ids).execute()
    },

    async end(id) {
      await q.deleteFrom('reservation').where('id', '=', id).execute()
    },

    async sweep(before) {
      await q.deleteFrom('reservation').where('until', '<=', before).execute()
    },

    async warn({ accountId, ...rest }, now) {
      const row = q.insertInto('quota_warning').values({ ...rest, account_id: accountId, at: now }).onConflict((c) => c.doNothing())
      return ((await row.executeTakeFirstOrThrow()).numInsertedOrUpdatedRows ?? 0n) > 0n
    },
  }
}

/** Sums of PostgreSQL may be texts. */
function roomOf({ bytes, blocks }: Room): Room {
  return { bytes: Number(bytes), blocks: Number(blocks) }
}
