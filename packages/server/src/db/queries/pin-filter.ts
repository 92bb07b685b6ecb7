import { createHash } from 'node:crypto'
import { type ExpressionBuilder, type ExpressionWrapper, type SqlBool, sql } from 'kysely'
import type { NameMatch, PinFilter } from '../../ports/db/index.ts'
import { fold } from '../fold.ts'
import type { Kind } from '../session.ts'
import type { Tables } from '../tables.ts'

type Condition = ExpressionWrapper<Tables, 'pin_request', SqlBool>

/** Everything of the filter but the statuses. */
export function matches(kind: Kind, accountId: string, filter: PinFilter): (e: ExpressionBuilder<Tables, 'pin_request'>) => Condition {
  return (e) => {
    const all: Condition[] = [e('account_id', '=', accountId)]
    if (filter.dags) all.push(e('dag', 'in', [...filter.dags]))
    if (filter.before !== undefined) all.push(e('created', '<', filter.before))
    if (filter.after !== undefined) all.push(e('created', '>', filter.after))
    if (filter.name) all.push(nameMatches(e, kind, filter.name.text, filter.name.match))
    for (const pair of Object.entries(filter.meta ?? {})) {
      all.push(e('id', 'in', e.selectFrom('pin_meta').select('pin_id').where('account_id', '=', accountId).where('digest', '=', metaDigest(pair))))
    }
    return e.and(all)
  }
}

export function metaDigest([name, value]: [string, string]): string {
  return createHash('sha256').update(JSON.stringify([name, value])).digest('base64url')
}

function nameMatches(e: ExpressionBuilder<Tables, 'pin_request'>, kind: Kind, text: string, match: NameMatch): Condition {
  // The folded column has the index.
  if (match === 'iexact') return e('name_folded', '=', fold(text))
  if (match === 'exact') return e.and([e('name_folded', '=', fold(text)), e('name', '=', text)])
  // No LIKE: SQLite's ignores ASCII case, and here every character stands for itself.
  const position = (column: 'name' | 'name_folded', part: string) => e(sql<number>`${sql.raw(kind === 'sqlite' ? 'instr' : 'strpos')}(${e.ref(column)}, ${part})`, '>', 0)
  return match === 'partial' ? position('name', text) : position('name_folded', fold(text))
}
