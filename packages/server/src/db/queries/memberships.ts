import { sql } from 'kysely'
import type { MembershipReads, MembershipRow, MembershipWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'

export function membershipQueries({ q }: Session): MembershipReads & MembershipWrites {
  return {
    async of(accountId, memberId) {
      const row = await q.selectFrom('membership').selectAll().where('account_id', '=', accountId).where('member_id', '=', memberId).executeTakeFirst()
      return row && toMembership(row)
    },

    async ofAccount(accountId) {
      const hasPasskey = sql<number>`case when exists (select 1 from passkey where passkey.member_id = membership.member_id) then 1 else 0 end`
      const rows = await q
        .selectFrom('membership')
        .innerJoin('member', 'member.id', 'membership.member_id')
        .selectAll('membership')
        .select(['member.email', 'member.totp', hasPasskey.as('has_passkey')])
        .where('account_id', '=', accountId)
        .orderBy('membership.created')
        .orderBy('member.id')
        .execute()
      return rows.map((row) => ({ ...toMembership(row), email: row.email, secondFactor: row.totp !== null || row.has_passkey === 1 }))
    },

    async ofMember(memberId) {
      const rows = await q
        .selectFrom('membership')
        .innerJoin('account', 'account.id', 'membership.account_id')
        .selectAll('membership')
        .select('account.email')
        .where('member_id', '=', memberId)
        .orderBy(sql`case when membership.role = 'owner' then 0 else 1 end`)
        .orderBy('membership.created')
        .orderBy('account.id')
        .execute()
      return rows.map((row) => ({ ...toMembership(row), accountEmail: row.email }))
    },

    async set({ accountId, memberId, role, created }) {
      const row = { account_id: accountId, member_id: memberId, role, created }
      await q.insertInto('membership').values(row).onConflict((c) => c.columns(['account_id', 'member_id']).doUpdateSet({ role })).execute()
    },

    async remove(accountId, memberId) {
      await q.deleteFrom('membership').where('account_id', '=', accountId).where('member_id', '=', memberId).execute()
    },
  }
}

function toMembership({ account_id, member_id, role, created }: Tables['membership']): MembershipRow {
  return { accountId: account_id, memberId: member_id, role, created }
}
