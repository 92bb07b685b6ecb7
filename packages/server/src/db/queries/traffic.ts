import { type SqlBool, sql } from 'kysely'
import type { Traffic, TrafficKind, TrafficReads, TrafficWrites, UsageStep } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import { slices } from '../slices.ts'
import { accountColumns, toAccount } from './accounts.ts'
import { grownBy, hourMs } from './usage.ts'

const requests = sql<number>`coalesce(sum(requests), 0)`.as('requests')
const sent = sql<number>`coalesce(sum(sent), 0)`.as('sent')

export function trafficQueries({ q, kind: database }: Session): TrafficReads & TrafficWrites {
  async function totals(accountIds: readonly string[], hour: number): Promise<Map<string, Traffic>> {
    const rows = q.selectFrom('account_traffic').where('account_id', 'in', accountIds).where('hour', '>=', hour).groupBy('account_id')
    return new Map((await rows.select(['account_id', requests, sent]).execute()).map((row) => [row.account_id, trafficOf(row)]))
  }

  return {
    since: async (accountId, hour) => (await totals([accountId], hour)).get(accountId) ?? { requests: 0, sent: 0 },

    async steps(accountId, { from, to, step }, now) {
      const at = sql<number>`hour - hour % cast(${sql.lit(step)} as bigint)`
      const steps = new Map<number, UsageStep>()
      const stepAt = (start: number) => {
        const known = steps.get(start) ?? { at: start, byteHours: 0, traffic: {} }
        steps.set(start, known)
        return known
      }
      const traffic = q.selectFrom('account_traffic').where('account_id', '=', accountId).where('hour', '>=', from).where('hour', '<', to)
      for (const row of await traffic.groupBy([at, 'kind']).select([at.as('at'), 'kind', requests, sent]).execute()) stepAt(Number(row.at)).traffic[row.kind as TrafficKind] = trafficOf(row)
      const stored = q.selectFrom('account_stored').where('account_id', '=', accountId).where('hour', '>=', from).where('hour', '<', to)
      for (const row of await stored.groupBy(at).select([at.as('at'), sql<number>`sum(byte_hours)`.as('byte_hours')]).execute()) stepAt(Number(row.at)).byteHours += Number(row.byte_hours)
      // The hours that are not written down yet.
      const live = await q.selectFrom('account_usage').select(['rolled', grownBy(now).as('byte_hours')]).where('account_id', '=', accountId).executeTakeFirst()
      if (live && live.rolled >= from && live.rolled < to && live.byte_hours > 0) stepAt(live.rolled - (live.rolled % step)).byteHours += live.byte_hours
      return [...steps.values()].sort((a, b) => a.at - b.at)
    },

    async holders(dags) {
      const found = new Map<string, string>()
      const first = sql<string | null>`(select account_id from account_dag where account_dag.dag = dag.cid order by since, account_id limit 1)`.as('holder')
      for (const slice of slices(dags)) {
        for (const { cid, holder } of await q.selectFrom('dag').select(['cid', first]).where('cid', 'in', slice).execute()) if (holder !== null) found.set(cid, holder)
      }
      return found
    },

    async accounts({ search, after, limit }, since) {
      const all = q.selectFrom('account').leftJoin('account_usage', 'account_usage.account_id', 'account.id').select([...accountColumns, 'bytes', 'blocks', 'dags']).orderBy('email').limit(limit)
      // E-mails are in lower case.
      const found = search ? all.where(sql<SqlBool>`email like ${`%${search.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`} escape '\\'`) : all
      const rows = await (after ? found.where('email', '>', after) : found).execute()
      const traffic = rows.length > 0 ? await totals(rows.map(({ id }) => id), since) : undefined
      return rows.map((row) => ({ ...toAccount(row), bytes: row.bytes ?? 0, blocks: row.blocks ?? 0, dags: row.dags ?? 0, traffic: traffic?.get(row.id) ?? { requests: 0, sent: 0 } }))
    },

    async add(counts) {
      // One order everywhere, so that two processes cannot wait for each other.
      const rows = counts.map(({ accountId, ...rest }) => ({ ...rest, account_id: accountId })).sort((a, b) => (`${a.account_id} ${a.hour} ${a.kind}` < `${b.account_id} ${b.hour} ${b.kind}` ? -1 : 1))
      for (const slice of slices(rows)) {
        await q.insertInto('account_traffic').values(slice).onConflict((c) =>
          c.columns(['account_id', 'hour', 'kind']).doUpdateSet({ requests: sql`account_traffic.requests + excluded.requests`, sent: sql`account_traffic.sent + excluded.sent` }),
        ).execute()
      }
    },

    async roll(end, limit) {
      let due = q.selectFrom('account_usage').select('account_id').where('rolled', '<', end).orderBy('rolled').limit(limit)
      // Another process does those that it has locked.
      if (database === 'postgres') due = due.forUpdate().skipLocked()
      const ids = (await due.execute()).map(({ account_id }) => account_id)
      if (ids.length === 0) return 0
      const change = { byte_hours: grownBy(end), since: sql<number>`case when since < ${end} then cast(${end} as bigint) else since end`, rolled: end }
      const rolled = await q.updateTable('account_usage').set(change).where('account_id', 'in', ids).returning(['account_id', 'byte_hours']).execute()
      const held = rolled.filter(({ byte_hours }) => byte_hours > 0)
      if (held.length === 0) return ids.length
      const rows = held.map((row) => ({ ...row, hour: end - hourMs }))
      await q.insertInto('account_stored').values(rows).onConflict((c) => c.columns(['account_id', 'hour']).doUpdateSet({ byte_hours: sql`account_stored.byte_hours + excluded.byte_hours` })).execute()
      await q.updateTable('account_usage').set({ byte_hours: 0 }).where('account_id', 'in', held.map(({ account_id }) => account_id)).execute()
      return ids.length
    },

    async firstRoll() {
      const row = await q.selectFrom('account_usage').select('rolled').where('rolled', '>', 0).orderBy('rolled').limit(1).executeTakeFirst()
      return row?.rolled
    },

    async forget(before, limit) {
      let gone = 0n
      for (const table of ['account_traffic', 'account_stored'] as const) {
        const first = q.selectFrom(table).select(['account_id', 'hour']).where('hour', '<', before).orderBy('hour').limit(limit)
        const removed = await q.deleteFrom(table).where((e) => e(e.refTuple('account_id', 'hour'), 'in', first.$asTuple('account_id', 'hour'))).executeTakeFirstOrThrow()
        gone += removed.numDeletedRows
      }
      return Number(gone)
    },
  }
}

function trafficOf({ requests, sent }: Traffic): Traffic {
  return { requests: Number(requests), sent: Number(sent) }
}
