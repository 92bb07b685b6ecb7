import { type Selectable, sql } from 'kysely'
import { fault } from '../../kernel/faults.ts'
import type { Plan, PlanReads, PlanWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'

export function planQueries({ q }: Session): PlanReads & PlanWrites {
  async function countAccounts(id: string): Promise<number> {
    const { n } = await q.selectFrom('account').select((e) => e.fn.countAll<number>().as('n')).where('plan_id', '=', id).executeTakeFirstOrThrow()
    return n
  }

  return {
    countAccounts,

    list: async () => (await q.selectFrom('plan').selectAll().orderBy(sql`case when storage_bytes is null then 1 else 0 end`).orderBy('storage_bytes').orderBy('id').execute()).map(toPlan),

    areUsed: async () => (await q.selectFrom('account').select('id').where('plan_id', 'is not', null).limit(1).execute()).length > 0,

    async put(plan) {
      const { id, ...values } = toRow(plan)
      const { numUpdatedRows } = await q.updateTable('plan').set(values).where('id', '=', id).executeTakeFirstOrThrow()
      if (numUpdatedRows > 0n) return true
      await q.insertInto('plan').values({ id, ...values }).execute()
      return false
    },

    async remove(id) {
      const accounts = await countAccounts(id)
      if (accounts > 0) throw fault('CONFLICT', { reason: `${accounts} accounts have this plan; give them another first` })
      const { numDeletedRows } = await q.deleteFrom('plan').where('id', '=', id).executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },

    async assign(accountId, planId) {
      await q.updateTable('account').set({ plan_id: planId ?? null }).where('id', '=', accountId).execute()
    },
  }
}

function toPlan(row: Selectable<Tables['plan']>): Plan {
  return {
    id: row.id,
    name: row.name,
    words: row.words,
    storageBytes: row.storage_bytes ?? undefined,
    blocks: row.blocks ?? undefined,
    bandwidthBytes: row.bandwidth_bytes ?? undefined,
    requests: row.requests ?? undefined,
    requestsPerMinute: row.requests_per_minute ?? undefined,
    keys: row.keys ?? undefined,
    inFlightPins: row.in_flight_pins ?? undefined,
    priceGibMonth: row.price_gib_month,
    priceGibSent: row.price_gib_sent,
    currency: row.currency,
  }
}

function toRow(plan: Plan): Selectable<Tables['plan']> {
  const { id, name, words, blocks, requests, keys, currency } = plan
  return {
    id,
    name,
    words,
    storage_bytes: plan.storageBytes ?? null,
    blocks: blocks ?? null,
    bandwidth_bytes: plan.bandwidthBytes ?? null,
    requests: requests ?? null,
    requests_per_minute: plan.requestsPerMinute ?? null,
    keys: keys ?? null,
    in_flight_pins: plan.inFlightPins ?? null,
    price_gib_month: plan.priceGibMonth,
    price_gib_sent: plan.priceGibSent,
    currency,
  }
}
