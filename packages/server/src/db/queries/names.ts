import type { Selectable } from 'kysely'
import type { NameReads, NameWrites, StoredRecord } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'

export function nameQueries({ q }: Session): NameReads & NameWrites {
  const records = q.selectFrom('ipns_record')

  return {
    async get(name) {
      const row = await records.selectAll().where('name', '=', name).executeTakeFirst()
      return row && toRecord(row)
    },

    async count() {
      const { n } = await records.select((e) => e.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()
      return Number(n)
    },

    async countOf(client) {
      const { n } = await records.select((e) => e.fn.countAll<number>().as('n')).where('client', '=', client).executeTakeFirstOrThrow()
      return Number(n)
    },

    async due(now, limit) {
      const rows = await records.select(['name', 'record', 'expires', 'tries']).where('due', '<=', now).orderBy('due').orderBy('name').limit(limit).execute()
      return rows.map((row) => ({ ...row, record: plain(row.record) }))
    },

    nextDue: async () => (await records.select('due').orderBy('due').limit(1).executeTakeFirst())?.due,

    async put({ client = null, ...record }, due) {
      const row = { ...record, client, due, tries: 0 }
      await q
        .insertInto('ipns_record')
        .values(row)
        .onConflict((c) => c.column('name').doUpdateSet({ record: row.record, expires: row.expires, received: row.received, due, tries: 0 }))
        .execute()
    },

    async told(name, due) {
      await q.updateTable('ipns_record').set({ due, tries: 0 }).where('name', '=', name).execute()
    },

    async failed(name, due) {
      await q.updateTable('ipns_record').set((e) => ({ due, tries: e('tries', '+', 1) })).where('name', '=', name).execute()
    },

    async removeExpired(before, limit) {
      const old = q.selectFrom('ipns_record').select('name').where('expires', '<', before).orderBy('expires').orderBy('name').limit(limit)
      const { numDeletedRows } = await q.deleteFrom('ipns_record').where('name', 'in', old).executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    },
  }
}

function toRecord({ name, record, expires, received, client }: Selectable<Tables['ipns_record']>): StoredRecord {
  return { name, record: plain(record), expires, received, client: client ?? undefined }
}

/** PostgreSQL's driver gives Buffers. */
function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length)
}
