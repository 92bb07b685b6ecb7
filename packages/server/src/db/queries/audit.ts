import { sql } from 'kysely'
import type { AuditReads } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import { toDag } from './dags.ts'

export function auditQueries({ q }: Session): AuditReads {
  // One statement, so that the counts and the row are of one instant.
  const select = q.selectFrom('dag').selectAll('dag').select((e) => {
    const count = e.fn.countAll<number>().as('n')
    const pins = e.selectFrom('pin_request').whereRef('pin_request.dag', '=', 'dag.cid')
    const held = e.selectFrom('account_dag').whereRef('account_dag.dag', '=', 'dag.cid')
    return [
      pins.where('status', '<>', 'failed').select(count).$asScalar().$notNull().as('pins'),
      pins.where('status', '=', 'pinned').select(count).$asScalar().$notNull().as('pinned'),
      e.selectFrom('upload_root').whereRef('upload_root.dag', '=', 'dag.cid').select(count).$asScalar().$notNull().as('uploads'),
      held.select(sql<number>`cast(coalesce(sum(holds), 0) as bigint)`.as('n')).$asScalar().$notNull().as('counted'),
    ]
  })
  type Row = Awaited<ReturnType<typeof select.executeTakeFirstOrThrow>>
  const toAudit = ({ pins, pinned, uploads, counted, ...row }: Row) => ({ ...toDag(row), pins, pinned, uploads, counted })

  return {
    async dag(cid) {
      const row = await select.where('cid', '=', cid).executeTakeFirst()
      return row && toAudit(row)
    },

    dags: async (after, limit) => (await select.where('cid', '>', after).orderBy('cid').limit(limit).execute()).map(toAudit),

    async countDags() {
      const { n } = await q.selectFrom('dag').select((e) => e.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()
      return n
    },

    async strays(after, upTo, limit) {
      const named = (table: 'pin_request' | 'upload_root') => {
        const rows = q.selectFrom(table).select('dag').distinct().where('dag', '>', after)
        const within = upTo === undefined ? rows : rows.where('dag', '<=', upTo)
        return within.where(({ not, exists, selectFrom }) => not(exists(selectFrom('dag as d').select(sql<number>`1`.as('one')).whereRef('d.cid', '=', `${table}.dag`)))).limit(limit)
      }
      const found = [...(await named('pin_request').execute()), ...(await named('upload_root').execute())]
      return [...new Set(found.map(({ dag }) => dag))].slice(0, limit)
    },

    async accounts(after, limit) {
      const rows = await q.selectFrom('account_usage').select(['account_id', 'bytes', 'blocks', 'dags']).where('account_id', '>', after).orderBy('account_id').limit(limit).execute()
      return rows.map(({ account_id: accountId, ...usage }) => ({ accountId, ...usage }))
    },

    holdings: (accountId, after, limit) =>
      q
        .selectFrom('account_dag')
        .innerJoin('dag', 'dag.cid', 'account_dag.dag')
        .select(['account_dag.dag', 'dag.bytes', 'dag.blocks'])
        .where('account_id', '=', accountId)
        .where('account_dag.dag', '>', after)
        .orderBy('account_dag.dag')
        .limit(limit)
        .execute(),
  }
}
