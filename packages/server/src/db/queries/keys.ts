import type { Selectable } from 'kysely'
import type { KeyReads, KeyRow, KeyWrites } from '../../ports/db/index.ts'
import { prepare } from '../prepared.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'

const byId = prepare((q, { id }: { id: string }) => q.selectFrom('api_key').selectAll().where('id', '=', id))

export function keyQueries(session: Session): KeyReads & KeyWrites {
  const { q } = session
  return {
    async byId(id) {
      const [row] = (await byId(session, { id })).rows
      return row && toKey(row)
    },

    async ofAccount(accountId) {
      const rows = await q.selectFrom('api_key').selectAll().where('account_id', '=', accountId).where('revoked', 'is', null).orderBy('created', 'desc').orderBy('id').execute()
      return rows.map(toKey)
    },

    async insert({ accountId, scopes, lastUsed, ...key }) {
      await q.insertInto('api_key').values({ ...key, account_id: accountId, scopes: JSON.stringify(scopes), last_used: lastUsed }).execute()
    },

    async revoke(accountId, id, now) {
      const { numUpdatedRows } = await q
        .updateTable('api_key')
        .set({ revoked: now })
        .where('id', '=', id)
        .where('account_id', '=', accountId)
        .where('revoked', 'is', null)
        .executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },

    async touch(id, now) {
      await q.updateTable('api_key').set({ last_used: now }).where('id', '=', id).execute()
    },
  }
}

function toKey({ account_id, scopes, last_used, revoked, ...row }: Selectable<Tables['api_key']>): KeyRow {
  return { ...row, accountId: account_id, scopes: JSON.parse(scopes) as string[], lastUsed: last_used ?? undefined, revoked: revoked ?? undefined }
}
