import type { IdentityReads, IdentityRow, IdentityWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'

export function identityQueries({ q }: Session): IdentityReads & IdentityWrites {
  return {
    async get(provider, subject) {
      const row = await q.selectFrom('identity').selectAll().where('provider', '=', provider).where('subject', '=', subject).executeTakeFirst()
      return row && toIdentity(row)
    },

    async ofMember(memberId) {
      return (await q.selectFrom('identity').selectAll().where('member_id', '=', memberId).orderBy('created').orderBy('subject').execute()).map(toIdentity)
    },

    async insert({ memberId, ...identity }) {
      await q.insertInto('identity').values({ ...identity, member_id: memberId }).execute()
    },

    async touch(provider, subject, now) {
      await q.updateTable('identity').set({ used: now }).where('provider', '=', provider).where('subject', '=', subject).execute()
    },

    async remove(memberId, provider, subject) {
      const { numDeletedRows } = await q.deleteFrom('identity').where('member_id', '=', memberId).where('provider', '=', provider).where('subject', '=', subject).executeTakeFirst()
      return numDeletedRows > 0n
    },
  }
}

function toIdentity({ member_id, used, ...row }: Tables['identity']): IdentityRow {
  return { ...row, memberId: member_id, ...(used !== null && { used }) }
}
