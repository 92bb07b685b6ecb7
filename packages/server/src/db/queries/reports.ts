import { type Selectable, sql } from 'kysely'
import type { AbuseReport, ReportReads, ReportWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'

export function reportQueries({ q }: Session): ReportReads & ReportWrites {
  return {
    async count() {
      const { n } = await q.selectFrom('abuse_report').select((e) => e.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()
      return n
    },

    async list(limit, after) {
      const all = q.selectFrom('abuse_report').selectAll()
      const later = after ? all.where(sql<boolean>`(created, id) > (${after.created}, ${after.id})`) : all
      return (await later.orderBy('created').orderBy('id').limit(limit).execute()).map(toReport)
    },

    async get(id) {
      const row = await q.selectFrom('abuse_report').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toReport(row)
    },

    async insert({ contact = null, ...report }) {
      await q.insertInto('abuse_report').values({ ...report, contact }).execute()
    },

    async remove(id) {
      const { numDeletedRows } = await q.deleteFrom('abuse_report').where('id', '=', id).executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },
  }
}

function toReport({ contact, ...row }: Selectable<Tables['abuse_report']>): AbuseReport {
  return { ...row, contact: contact ?? undefined }
}
