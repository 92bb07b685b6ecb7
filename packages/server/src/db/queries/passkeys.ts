import type { PasskeyReads, PasskeyRow, PasskeyWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'

export function passkeyQueries({ q }: Session): PasskeyReads & PasskeyWrites {
  return {
    async get(id) {
      const row = await q.selectFrom('passkey').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toPasskey(row)
    },

    async ofMember(memberId) {
      return (await q.selectFrom('passkey').selectAll().where('member_id', '=', memberId).orderBy('created').orderBy('id').execute()).map(toPasskey)
    },

    async insert({ memberId, publicKey, transports, ...passkey }) {
      await q.insertInto('passkey').values({ ...passkey, member_id: memberId, public_key: publicKey, transports: JSON.stringify(transports) }).execute()
    },

    async use(id, counter, now) {
      await q.updateTable('passkey').set({ counter, used: now }).where('id', '=', id).execute()
    },

    async remove(memberId, id) {
      return (await q.deleteFrom('passkey').where('member_id', '=', memberId).where('id', '=', id).executeTakeFirst()).numDeletedRows > 0n
    },
  }
}

function toPasskey({ member_id, public_key, transports, used, ...row }: Tables['passkey']): PasskeyRow {
  return { ...row, memberId: member_id, publicKey: public_key, transports: JSON.parse(transports) as string[], ...(used !== null && { used }) }
}
