import type { LoginTokenKind, LoginTokenReads, LoginTokenRow, LoginTokenWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'

const invitations: readonly LoginTokenKind[] = ['invite', 'mailed']

export function loginTokenQueries({ q }: Session): LoginTokenReads & LoginTokenWrites {
  return {
    async get(hash, kind, now) {
      const row = await q.selectFrom('login_token').selectAll().where('hash', '=', hash).where('kind', '=', kind).where('expires', '>', now).executeTakeFirst()
      return row && toToken(row)
    },

    async invitations(accountId, now) {
      const all = q.selectFrom('login_token').selectAll().where('kind', 'in', invitations).where('made_by', 'is not', null).where('expires', '>', now)
      const rows = await all.where('account_id', accountId === undefined ? 'is' : '=', accountId ?? null).orderBy('created').orderBy('id').execute()
      return rows.map(toToken)
    },

    async insert({ memberId, accountId, madeBy, ...token }) {
      await q.deleteFrom('login_token').where('expires', '<=', token.created).execute()
      await q.insertInto('login_token').values({ ...token, member_id: memberId, account_id: accountId, made_by: madeBy }).execute()
    },

    async take(hash, kind, now) {
      const row = await q.deleteFrom('login_token').where('hash', '=', hash).where('kind', '=', kind).where('expires', '>', now).returningAll().executeTakeFirst()
      return row && toToken(row)
    },

    async renew(id, hash, now) {
      const row = await q.updateTable('login_token').set({ hash }).where('id', '=', id).where('kind', 'in', invitations).where('expires', '>', now).returningAll().executeTakeFirst()
      return row && toToken(row)
    },

    async removeInvitation(accountId, id) {
      const invitation = q.deleteFrom('login_token').where('kind', 'in', invitations).where('id', '=', id)
      const { numDeletedRows } = await invitation.where('account_id', accountId === undefined ? 'is' : '=', accountId ?? null).executeTakeFirst()
      return numDeletedRows > 0n
    },

    async removeMadeBy(maker, into) {
      const all = q.deleteFrom('login_token').where('kind', 'in', invitations).where('made_by', '=', maker)
      if (into === undefined) return void (await all.execute())
      for (const accountId of into) await all.where('account_id', accountId === null ? 'is' : '=', accountId).execute()
    },

    async removeOf(memberId, kind) {
      await q.deleteFrom('login_token').where('member_id', '=', memberId).where('kind', '=', kind).execute()
    },
  }
}

function toToken({ hash, id, kind, created, expires, ...rest }: Tables['login_token']): LoginTokenRow {
  const { email, member_id: memberId, account_id: accountId, role, made_by: madeBy } = rest
  const more = Object.entries({ email, memberId, accountId, role, madeBy }).filter(([, value]) => value !== null)
  return { hash, id, kind, created, expires, ...(Object.fromEntries(more) as Partial<LoginTokenRow>) }
}
