import type { MemberReads, MemberWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'

export function memberQueries({ q }: Session): MemberReads & MemberWrites {
  return {
    byEmail: (email) => q.selectFrom('member').selectAll().where('email', '=', email).executeTakeFirst(),

    async session(hash) {
      const session = await q.selectFrom('member_session').selectAll().where('hash', '=', hash).executeTakeFirst()
      const member = session && (await q.selectFrom('member').selectAll().where('id', '=', session.member_id).executeTakeFirst())
      return member && { session: { hash, memberId: member.id, created: session.created, seen: session.seen }, member }
    },

    async insert(member) {
      await q.insertInto('member').values(member).execute()
    },

    async setPassword(id, password) {
      await q.updateTable('member').set({ password }).where('id', '=', id).execute()
    },

    async startSession({ memberId, ...session }, keep) {
      await q.insertInto('member_session').values({ ...session, member_id: memberId }).execute()
      const newest = q.selectFrom('member_session').select('hash').where('member_id', '=', memberId).orderBy('created', 'desc').limit(keep)
      await q.deleteFrom('member_session').where('member_id', '=', memberId).where('hash', 'not in', newest).execute()
    },

    async touchSession(hash, now) {
      await q.updateTable('member_session').set({ seen: now }).where('hash', '=', hash).execute()
    },

    async endSession(hash) {
      await q.deleteFrom('member_session').where('hash', '=', hash).execute()
    },

    async dropSessions(createdBefore) {
      await q.deleteFrom('member_session').where('created', '<', createdBefore).execute()
    },
  }
}
