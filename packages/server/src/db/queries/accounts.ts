import { type Selectable, sql } from 'kysely'
import type { Account, AccountReads, AccountWrites } from '../../ports/db/index.ts'
import { only, prepare } from '../prepared.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'

const byId = prepare((q, { id }: { id: string }) => q.selectFrom('account').selectAll().where('id', '=', id))

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
    byEmail: async (email) => toAccount(await q.selectFrom('account').selectAll().where('email', '=', email).executeTakeFirst()),

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

    nextStamp: async (id, now) => only(await stamp(session, { id, now })).last_stamp,
  }
}

function toAccount(row: Selectable<Tables['account']> | undefined): Account | undefined {
  return row && { id: row.id, email: row.email, role: row.role, created: row.created, suspended: row.suspended === 1 }
}
