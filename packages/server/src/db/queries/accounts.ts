import { type Selectable, sql } from 'kysely'
import type { Account, AccountReads, AccountWrites } from '../../ports/db/index.ts'
import { only, prepare } from '../prepared.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'

/** What an account is made of, wherever it is read. */
export const accountColumns = ['id', 'email', 'role', 'created', 'suspended', 'may_pin', 'on_demand', 'plan_id'] as const

const byId = prepare((q, { id }: { id: string }) => q.selectFrom('account').select(accountColumns).where('id', '=', id))

const stamp = prepare((q, { id, now }: { id: string; now: number }) =>
  q
    .updateTable('account')
    .set((e) => ({ last_stamp: e.case().when('last_stamp', '>=', now).then(e('last_stamp', '+', 1)).else(e.val(now)).end() }))
    .where('id', '=', id)
    .returning('last_stamp'),
)

export function accountQueries(session: Session): AccountReads & AccountWrites {
  const { q } = session
  return {
    byId: async (id) => toAccount((await byId(session, { id })).rows[0]),
    byEmail: async (email) => toAccount(await q.selectFrom('account').select(accountColumns).where('email', '=', email).executeTakeFirst()),

    async countAdmins() {
      const { n } = await q.selectFrom('account').select((e) => e.fn.countAll<number>().as('n')).where(sql<boolean>`role = 'admin'`).executeTakeFirstOrThrow()
      return n
    },

    async emails(ids) {
      if (ids.length === 0) return new Map()
      const rows = await q.selectFrom('account').select(['id', 'email']).where('id', 'in', ids).execute()
      return new Map(rows.map(({ id, email }) => [id, email]))
    },

    async insert({ suspended, mayPin, onDemand, planId, ...account }) {
      await q.insertInto('account').values({ ...account, suspended: suspended ? 1 : 0, may_pin: mayPin ? 1 : 0, on_demand: onDemand ? 1 : 0, plan_id: planId, last_stamp: 0 }).execute()
    },

    async setRole(id, role) {
      await q.updateTable('account').set({ role }).where('id', '=', id).execute()
    },

    async setSuspended(id, suspended) {
      await q.updateTable('account').set({ suspended: suspended ? 1 : 0 }).where('id', '=', id).execute()
    },

    async setMayPin(id, may) {
      await q.updateTable('account').set({ may_pin: may ? 1 : 0 }).where('id', '=', id).execute()
    },

    async setOnDemand(id, on) {
      await q.updateTable('account').set({ on_demand: on ? 1 : 0 }).where('id', '=', id).execute()
    },

    nextStamp: async (id, now) => only(await stamp(session, { id, now })).last_stamp,
  }
}

export type AccountRow = Pick<Selectable<Tables['account']>, (typeof accountColumns)[number]>

export function toAccount<Row extends AccountRow | undefined>(row: Row): Account | Extract<Row, undefined>
export function toAccount(row: AccountRow | undefined): Account | undefined {
  if (row === undefined) return undefined
  const { id, email, role, created, suspended, may_pin, on_demand, plan_id } = row
  return { id, email, role, created, suspended: suspended === 1, ...(may_pin === 1 && { mayPin: true }), ...(on_demand === 1 && { onDemand: true }), ...(plan_id !== null && { planId: plan_id }) }
}
