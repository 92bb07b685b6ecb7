import { type Selectable, sql } from 'kysely'
import type { Account, AccountReads, AccountWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'

export function accountQueries({ q }: Session): AccountReads & AccountWrites {
  const select = q.selectFrom('account').selectAll()
  return {
    byId: async (id) => toAccount(await select.where('id', '=', id).executeTakeFirst()),
    byEmail: async (email) => toAccount(await select.where('email', '=', email).executeTakeFirst()),

    async countAdmins() {
      const { n } = await q.selectFrom('account').select((e) => e.fn.countAll<number>().as('n')).where(sql<boolean>`role = 'admin'`).executeTakeFirstOrThrow()
      return n
    },

    async insert({ suspended, ...account }) {
      await q.insertInto('account').values({ ...account, suspended: suspended ? 1 : 0, last_stamp: 0 }).execute()
    },

    async setRole(id, role) {
      await q.updateTable('account').set({ role }).where('id', '=', id).execute()
    },

    async nextStamp(id, now) {
      const { last_stamp } = await q
        .updateTable('account')
        .set((e) => ({ last_stamp: e.case().when('last_stamp', '>=', now).then(e('last_stamp', '+', 1)).else(e.val(now)).end() }))
        .where('id', '=', id)
        .returning('last_stamp')
        .executeTakeFirstOrThrow()
      return last_stamp
    },
  }
}

function toAccount(row: Selectable<Tables['account']> | undefined): Account | undefined {
  return row && { id: row.id, email: row.email, role: row.role, created: row.created, suspended: row.suspended === 1 }
}
