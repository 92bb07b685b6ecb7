import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { PinFilter, PinStatus } from '../../ports/db/index.ts'
import { fold } from '../fold.ts'
import type { Kind, Session } from '../session.ts'

/**
 * Filters that an index answers: the newest of each DAG or name and status lie at the end of a range of it, and counts are read from it
 * alone. What asks for meta or for a part of the name is searched for (pin-search.ts).
 */
export function isSearch({ meta, name }: PinFilter): boolean {
  return meta !== undefined || name?.match === 'partial' || name?.match === 'ipartial'
}

/** Nothing but statuses and times: then whole spans are counted (pin-spans.ts). */
export function isSpanned({ dags, name, before, after }: PinFilter): boolean {
  return dags === undefined && name === undefined && (before !== undefined || after !== undefined)
}

/** Without what lets everything through. */
export function simplified({ statuses, meta, name, ...rest }: PinFilter): PinFilter {
  const some = statuses && [...new Set(statuses)]
  return {
    ...rest,
    statuses: some && allStatuses.every((status) => some.includes(status)) ? undefined : some,
    meta: meta && Object.keys(meta).length > 0 ? meta : undefined,
    name: name?.text === '' && name.match.endsWith('partial') ? undefined : name,
  }
}

/** A select of `created`, the newest first, and beside each how many there are in all, but of what is spanned. The limit is no parameter: PostgreSQL plans by it. */
export function newest(kind: Kind, accountId: string, filter: PinFilter, limit: number): RawBuilder<{ created: number; n?: number }> {
  const { dags, statuses, name } = filter
  const keys = dags ? [...new Set(dags)].map((dag) => sql<SqlBool>`dag = ${dag}`) : [undefined]
  const kinds = statuses ?? (dags || name ? allStatuses : [undefined])
  const ranges = keys.flatMap((key) => kinds.map((status) => [key, status && sql<SqlBool>`status = ${status}`, ...within(accountId, filter)]))
  const select = (range: (RawBuilder<SqlBool> | undefined)[]) => sql`select created from (select created from ${from(kind, filter)} where ${all(range)} order by created desc limit ${sql.lit(limit)}) as newest`
  const count = isSpanned(filter) ? undefined : dags || name ? countOf(kind, accountId, filter) : tallied(accountId, filter)
  return sql`select created${count ? sql`, (${count}) as n` : sql``} from (${sql.join(ranges.map(select), sql` union all `)}) as newest order by created desc limit ${sql.lit(limit)}`
}

/** A select of `n`. */
export function countOf(kind: Kind, accountId: string, filter: PinFilter): RawBuilder<{ n: number }> {
  // The index of DAGs has the status before the account.
  const { dags, statuses = dags && allStatuses } = filter
  const chosen = [dags && oneOf('dag', dags), statuses && oneOf('status', statuses), ...within(accountId, filter)]
  return sql`select count(*) as n from ${from(kind, filter)} where ${all(chosen)}`
}

function tallied(accountId: string, { statuses = allStatuses }: PinFilter): RawBuilder<{ n: number }> {
  return sql`select ${sql.raw(statuses.join(' + '))} as n from pin_tally where account_id = ${accountId}`
}

/** Of these DAGs and statuses, oldest first, from the index alone. */
export async function stampsOf({ q, kind }: Session, accountId: string, { dags, statuses = allStatuses, before, after }: PinFilter): Promise<number[]> {
  const filter: PinFilter = { dags, statuses, before: finite(before), after: finite(after) }
  const chosen = [oneOf('dag', dags ?? []), oneOf('status', statuses), ...within(accountId, filter)]
  const select = sql`select created from ${from(kind, filter)} where ${all(chosen)} order by created`
  return (await q.selectFrom(sql<{ created: number }>`(${select})`.as('stamped')).select('created').execute()).map(({ created }) => created)
}

function finite(stamp: number | undefined): number | undefined {
  return stamp !== undefined && Number.isFinite(stamp) ? stamp : undefined
}

const allStatuses: readonly PinStatus[] = ['queued', 'pinning', 'pinned', 'failed']

function within(accountId: string, { name, before, after }: PinFilter): (RawBuilder<SqlBool> | undefined)[] {
  return [
    sql`account_id = ${accountId}`,
    // The folded column has the index.
    name && sql`name_folded = ${fold(name.text)}`,
    name?.match === 'exact' ? sql`name = ${name.text}` : undefined,
    before === undefined ? undefined : sql`created < ${before}`,
    after === undefined ? undefined : sql`created > ${after}`,
  ]
}

/** SQLite knows nothing of the data, so it is told which index is right. */
function from(kind: Kind, { dags, statuses, name }: PinFilter): RawBuilder<unknown> {
  const index = dags ? 'dag' : name ? 'name' : statuses ? 'status' : 'account'
  return sql.raw(kind === 'sqlite' ? `pin_request indexed by pin_request_${index}` : 'pin_request')
}

function all(conditions: readonly (RawBuilder<SqlBool> | undefined)[]): RawBuilder<SqlBool> {
  return sql.join(conditions.filter((condition) => condition !== undefined), sql` and `)
}

function oneOf(column: string, values: readonly string[]): RawBuilder<SqlBool> {
  return sql`${sql.raw(column)} in (${sql.join(values)})`
}
