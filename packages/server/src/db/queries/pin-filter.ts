import { createHash } from 'node:crypto'
import { type Expression, type ExpressionBuilder, type Kysely, type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import type { NameMatch, PinFilter, PinStatus } from '../../ports/db/index.ts'
import { fold } from '../fold.ts'
import type { Kind } from '../session.ts'
import type { Tables } from '../tables.ts'

type Builder = ExpressionBuilder<Tables, 'pin_request'>

export interface Matching {
  query: SelectQueryBuilder<Tables, 'pin_request', object>
  /** What to order by, and to compare the status with: so spelled that SQLite, which knows nothing of the data, takes the right index. */
  created: Expression<number>
  status: Expression<PinStatus>
}

/** The requests that everything of the filter but the statuses lets through. */
export function matching(q: Kysely<Tables>, kind: Kind, accountId: string, filter: PinFilter): Matching {
  const { dags, name, before, after } = filter
  const digests = Object.entries(filter.meta ?? {}).map(metaDigest)
  const leading = dags === undefined ? digests.shift() : undefined
  const created = leading !== undefined ? sql.ref<number>('pin_meta.created') : dags ? byDag : sql.ref<number>('pin_request.created')
  let query = leading === undefined ? q.selectFrom('pin_request').where('pin_request.account_id', '=', accountId) : byMeta(q, accountId, leading)
  if (dags) query = query.where('dag', 'in', [...dags])
  if (before !== undefined) query = query.where(created, '<', before)
  if (after !== undefined) query = query.where(created, '>', after)
  if (name) query = query.where((e) => nameMatches(e, kind, name.text, name.match))
  for (const digest of digests) {
    query = query.where((e) => e.exists(e.selectFrom('pin_meta as m').select('m.digest').whereRef('m.pin_id', '=', 'pin_request.id').where('m.digest', '=', digest)))
  }
  return { query, created, status: dags || isExact(name) ? plainStatus : sql.ref<PinStatus>('pin_request.status') }
}

export function metaDigest([name, value]: [string, string]): string {
  return createHash('sha256').update(JSON.stringify([name, value])).digest('base64url')
}

/** Few rows have one DAG or one name: they are found by that, never by walking the account's rows in order or those of a status. */
const byDag = sql<number>`pin_request.created + 0`
const plainStatus = sql<PinStatus>`pin_request.status || ''`

function isExact(name: PinFilter['name']): boolean {
  return name?.match === 'exact' || name?.match === 'iexact'
}

/** SQLite takes the tables of a cross join in their order (sqlite.org/optoverview.html#crossjoin): newest first, straight from the index. */
function byMeta(q: Kysely<Tables>, accountId: string, digest: string): Matching['query'] {
  const joined = q.selectFrom('pin_meta').crossJoin('pin_request').whereRef('pin_request.id', '=', 'pin_meta.pin_id')
  const query = joined.where('pin_meta.account_id', '=', accountId).where('pin_meta.digest', '=', digest)
  // The type forgets the joined table, so that all filters read alike.
  return query as unknown as Matching['query']
}

function nameMatches(e: Builder, kind: Kind, text: string, match: NameMatch): Expression<SqlBool> {
  // The folded column has the index.
  if (match === 'iexact') return e('name_folded', '=', fold(text))
  if (match === 'exact') return e.and([e('name_folded', '=', fold(text)), e('name', '=', text)])
  // No LIKE: SQLite's ignores ASCII case, and here every character stands for itself.
  const position = sql.raw(kind === 'sqlite' ? 'instr' : 'strpos')
  const [column, part] = match === 'partial' ? (['name', text] as const) : (['name_folded', fold(text)] as const)
  return e(sql<number>`${position}(${e.ref(column)}, ${part})`, '>', 0)
}
