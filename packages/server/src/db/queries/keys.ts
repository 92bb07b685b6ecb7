import { type Selectable, sql } from 'kysely'
import type { KeyReads, KeyRow, KeyWrites } from '../../ports/db/index.ts'
import { prepare } from '../prepared.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'
import { accountColumns, toAccount } from './accounts.ts'

/** Every call with a key asks this: the key's columns under names of their own, beside the account's. */
const byId = prepare((q, { id }: { id: string }) =>
  q
    .selectFrom('api_key as key')
    .innerJoin('account', 'account.id', 'key.account_id')
    .select(['key.id as key_id', 'key.name', 'key.scopes', 'key.hash', 'key.tail', 'key.created as key_created', 'key.last_used', 'key.revoked', 'key.expires', 'key.made_by'])
    .select(accountColumns.map((column) => `account.${column}` as const))
    .where('key.id', '=', id),
)

const touch = prepare((q, { id, now }: { id: string; now: number }) => q.updateTable('api_key').set({ last_used: now }).where('id', '=', id))

export function keyQueries(session: Session): KeyReads & KeyWrites {
  const { q } = session
  const live = (accountId: string) => q.selectFrom('api_key').where('account_id', '=', accountId).where('revoked', 'is', null)

  return {
    async byId(id) {
      const [row] = (await byId(session, { id })).rows
      if (row === undefined) return undefined
      const account = toAccount(row)
      return { key: toKey({ ...row, id: row.key_id, account_id: account.id, created: row.key_created }), account }
    },

    async ofAccount(accountId, { limit, after }) {
      const all = live(accountId).selectAll()
      const last = q.selectFrom('api_key').select(['created', 'id']).where('account_id', '=', accountId).where('id', '=', after ?? '')
      const page = after === undefined ? all : all.where(sql<boolean>`(created, id) < (${last})`)
      return (await page.orderBy('created', 'desc').orderBy('id', 'desc').limit(limit).execute()).map(toKey)
    },

    async count(accountId) {
      const { n } = await live(accountId).select((e) => e.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()
      return n
    },

    async insert({ accountId, scopes, lastUsed, madeBy, ...key }) {
      await q.insertInto('api_key').values({ ...key, account_id: accountId, scopes: JSON.stringify(scopes), last_used: lastUsed, made_by: madeBy }).execute()
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

    async revokeMadeBy(memberId, now) {
      const rows = await q.updateTable('api_key').set({ revoked: now }).where('made_by', '=', memberId).where('revoked', 'is', null).returning(['id', 'account_id', 'name']).execute()
      return rows.map(({ id, account_id, name }) => ({ id, accountId: account_id, name }))
    },

    async touch(uses) {
      for (const [id, now] of uses) await touch(session, { id, now })
    },
  }
}

function toKey({ id, account_id, name, scopes, hash, tail, created, last_used, revoked, expires, made_by }: Selectable<Tables['api_key']>): KeyRow {
  const key = { id, accountId: account_id, name, scopes: JSON.parse(scopes) as string[], hash, tail, created }
  return { ...key, expires: expires ?? undefined, madeBy: made_by ?? undefined, lastUsed: last_used ?? undefined, revoked: revoked ?? undefined }
}
