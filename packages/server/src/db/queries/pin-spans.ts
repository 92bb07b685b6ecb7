import { type RawBuilder, sql } from 'kysely'
import type { PinFilter, PinStatus } from '../../ports/db/index.ts'
import { only, prepare, runShape } from '../prepared.ts'
import type { Session } from '../session.ts'
import { countOf } from './pin-filter.ts'

export interface Span {
  first: number
  /** Where the next begins; what is older than the first span belongs to that. */
  from: number
  until: number
  statuses: string
  sealed: number
}

const pageSize = 500

const tally = prepare((q, { accountId }: { accountId: string }) =>
  q.selectFrom('pin_tally').select(['queued', 'pinning', 'pinned', 'failed']).where('account_id', '=', accountId),
)

export async function tallyOf(session: Session, accountId: string): Promise<Record<PinStatus, number>> {
  const [row] = (await tally(session, { accountId })).rows
  return row ?? { queued: 0, pinning: 0, pinned: 0, failed: 0 }
}

/** How many there are of these statuses and times: the sum of whole spans, and what an index counts of the two at the ends. */
export async function countInTime(session: Session, accountId: string, filter: Pick<PinFilter, 'statuses' | 'before' | 'after'>): Promise<number> {
  const { q, kind } = session
  const { before, after } = filter
  const statuses = filter.statuses ?? (['queued', 'pinning', 'pinned', 'failed'] as const)
  const spans = q.selectFrom('pin_span').where('account_id', '=', accountId)
  const edge = async (ends: Pick<PinFilter, 'before' | 'after'>) => one(session, countOf(kind, accountId, { statuses: filter.statuses, ...ends }))
  const low = after === undefined ? undefined : (await spans.select('first').where('first', '>', after).orderBy('first').limit(1).executeTakeFirst())?.first
  const high = before === undefined ? undefined : (await spans.select('first').where('first', '<', before).orderBy('first', 'desc').limit(1).executeTakeFirst())?.first
  const isWithinOne = (after !== undefined && low === undefined) || (before !== undefined && high === undefined) || (low !== undefined && high !== undefined && low > high)
  if (isWithinOne) return edge({ before, after })
  const sum = sql.raw<number>(`cast(coalesce(sum(${statuses.join(' + ')}), 0) as bigint)`)
  const whole = spans.select(sum.as('n')).$if(low !== undefined, (s) => s.where('first', '>=', low!)).$if(high !== undefined, (s) => s.where('first', '<', high!))
  const counts = await Promise.all([
    whole.executeTakeFirstOrThrow().then(({ n }) => n),
    low === undefined ? 0 : edge({ after, before: low }),
    high === undefined ? 0 : edge({ after: high - 1, before }),
  ])
  return counts.reduce((a, b) => a + b)
}

/** The spans that may have something of these times, newest first. */
export async function* spansIn({ q }: Session, accountId: string, { before = Infinity, after = -Infinity }: Pick<PinFilter, 'before' | 'after'>): AsyncGenerator<Span[]> {
  const spans = q.selectFrom('pin_span').where('account_id', '=', accountId)
  const oldest = (await spans.select('first').orderBy('first').limit(1).executeTakeFirst())?.first
  if (oldest === undefined) return
  for (let next = Math.min(Number.MAX_SAFE_INTEGER, Math.max(before, oldest + 1)), until = Infinity; next > oldest && next > after; ) {
    const rows = await spans.select(['first', 'statuses', 'sealed']).where('first', '<', next).orderBy('first', 'desc').limit(pageSize).execute()
    if (rows.length === 0) return
    const page: Span[] = []
    for (const row of rows) {
      page.push({ ...row, from: row.first === oldest ? -Infinity : row.first, until })
      until = next = row.first
      if (row.first <= after) break
    }
    yield page
  }
}

/** The `n` of a select of one row. */
export async function one(session: Session, select: RawBuilder<{ n: number }>): Promise<number> {
  return only(await runShape(session, select.compile(session.q))).n
}
