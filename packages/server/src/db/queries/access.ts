import { type Selectable, sql } from 'kysely'
import type { AccessReads, AccessRequest, AccessWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'

export function accessQueries({ q }: Session): AccessReads & AccessWrites {
  const withEmail = q.selectFrom('access_request as request').innerJoin('account', 'account.id', 'request.account_id').selectAll('request').select('account.email')
  return {
    async latest(accountId) {
      const row = await q.selectFrom('access_request').selectAll().where('account_id', '=', accountId).orderBy('created', 'desc').limit(1).executeTakeFirst()
      return row && toRequest(row)
    },

    async get(id) {
      const row = await withEmail.where('request.id', '=', id).executeTakeFirst()
      return row && { ...toRequest(row), email: row.email }
    },

    async list(state, limit, after) {
      const [order, sign] = state === 'open' ? (['asc', sql`>`] as const) : (['desc', sql`<`] as const)
      const all = withEmail.where('state', '=', state)
      const page = after ? all.where(sql<boolean>`(request.created, request.id) ${sign} (${after.created}, ${after.id})`) : all
      const rows = await page.orderBy('request.created', order).orderBy('request.id', order).limit(limit).execute()
      return rows.map((row) => ({ ...toRequest(row), email: row.email }))
    },

    async count(state) {
      const { n } = await q.selectFrom('access_request').select((e) => e.fn.countAll<number>().as('n')).where('state', '=', state).executeTakeFirstOrThrow()
      return n
    },

    async insert({ accountId, askedBy, seen, ...request }) {
      await q.insertInto('access_request').values({ ...request, account_id: accountId, asked_by: askedBy, seen: seen ? 1 : 0 }).execute()
    },

    async decide(id, decision) {
      await q.updateTable('access_request').set({ ...decision, seen: 0 }).where('id', '=', id).execute()
    },

    async see(accountId) {
      await q.updateTable('access_request').set({ seen: 1 }).where('account_id', '=', accountId).where('seen', '=', 0).execute()
    },
  }
}

function toRequest({ id, account_id, asked_by, purpose, amount, link, state, created, decided, message, seen }: Selectable<Tables['access_request']>): AccessRequest {
  return { id, accountId: account_id, askedBy: asked_by, purpose, amount, link, state, created, decided: decided ?? undefined, message: message ?? undefined, seen: seen === 1 }
}
