import { type Selectable, sql } from 'kysely'
import type { Announcement, AnnouncementReads, AnnouncementWrites } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'

export function announcementQueries({ q }: Session): AnnouncementReads & AnnouncementWrites {
  return {
    async due(now, limit) {
      const rows = await q
        .selectFrom('announcement')
        .innerJoin('dag', 'dag.cid', 'announcement.dag')
        .selectAll('announcement')
        .select(['dag.state', 'dag.holders'])
        .where('due', '<=', now)
        .orderBy('due')
        .orderBy('announcement.dag')
        .limit(limit)
        .execute()
      return rows.map(({ state, holders, ...row }) => ({ ...toAnnouncement(row), wanted: state === 'complete' && holders > 0 }))
    },

    async backlog(now, limit) {
      const due = q.selectFrom('announcement').select('due').where('due', '<=', now).limit(limit).as('due')
      const counted = await q.selectFrom(due).select((e) => e.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
      const first = await q.selectFrom('announcement').select('due').orderBy('due').limit(1).executeTakeFirst()
      return { due: Number(counted.count), first: first?.due }
    },

    async failing(limit) {
      // A literal, as in the partial index: SQLite uses it for no bound value.
      const rows = await q.selectFrom('announcement').selectAll().where(sql<boolean>`tries > 0`).orderBy('due').orderBy('dag').limit(limit).execute()
      return rows.map(toAnnouncement)
    },

    async add(dags, due) {
      if (dags.length === 0) return 0
      const { numInsertedOrUpdatedRows } = await q
        .insertInto('announcement')
        .columns(['dag', 'due', 'tries'])
        .expression((e) =>
          e
            .selectFrom('dag')
            .select(['cid', sql<number>`cast(${due} as bigint)`.as('due'), sql<number>`0`.as('tries')])
            .where('cid', 'in', dags)
            .where('state', '=', 'complete')
            .orderBy('cid'),
        )
        .onConflict((c) => c.column('dag').doNothing())
        .executeTakeFirstOrThrow()
      return Number(numInsertedOrUpdatedRows)
    },

    async told(dag, at, due) {
      await q.updateTable('announcement').set({ announced: at, due, tries: 0, error: null }).where('dag', '=', dag).execute()
    },

    async failed(dag, error, due) {
      await q.updateTable('announcement').set((e) => ({ due, error, tries: e('tries', '+', 1) })).where('dag', '=', dag).execute()
    },

    async remove(dag) {
      await q.deleteFrom('announcement').where('dag', '=', dag).execute()
    },
  }
}

function toAnnouncement({ announced, error, ...row }: Selectable<Tables['announcement']>): Announcement {
  return { ...row, announced: announced ?? undefined, error: error ?? undefined }
}
