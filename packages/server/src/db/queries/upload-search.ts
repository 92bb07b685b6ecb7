import { type Selectable, type SelectQueryBuilder, sql } from 'kysely'
import type { UploadPage } from '../../ports/db/index.ts'
import { fold } from '../fold.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'

type Row = Selectable<Tables['upload']>
type Query = SelectQueryBuilder<Tables, 'upload', Row>

/** Rows of one stretch of a search: it is read in a few milliseconds. */
const stride = 1_000
const columns = { created: 'created', name: 'name_folded', bytes: 'bytes' } as const

/** A page of an account's uploads, in any order, of a root or with a part of their names. A search goes stretch by stretch along the order until it has found enough. */
export async function searchUploads({ q, kind }: Session, accountId: string, page: UploadPage): Promise<Row[]> {
  const { dag, name, sort = 'created', descending = true, before, after, limit } = page
  const column = columns[sort]
  const key = sql.join([sql.ref(column), sql.ref('created')])
  const direction = descending ? 'desc' : 'asc'
  const behind = (row: Pick<Row, 'created' | 'name_folded' | 'bytes'>) => sql<boolean>`(${key}) ${sql.raw(descending ? '<' : '>')} (${row[column]}, ${row.created})`
  let own = q.selectFrom('upload').selectAll().where('account_id', '=', accountId).orderBy(column, direction) as Query
  if (column !== 'created') own = own.orderBy('created', direction)
  if (dag !== undefined) own = own.where('id', 'in', q.selectFrom('upload_root').select('upload_id').where('dag', '=', dag))
  if (before !== undefined) own = own.where('created', '<', before)
  const last = after === undefined ? undefined : await q.selectFrom('upload').selectAll().where('account_id', '=', accountId).where('id', '=', after).executeTakeFirst()
  if (last) own = own.where(behind(last))
  if (name === undefined || dag !== undefined) return (name === undefined ? own : own.where(contains(kind, name))).limit(limit).execute()

  const found: Row[] = []
  for (let rest = own; ; ) {
    const [end] = await rest.clearSelect().select(['created', 'name_folded', 'bytes']).offset(stride).limit(1).execute()
    const stretch = end === undefined ? rest : rest.where(sql<boolean>`not (${behind(end)})`)
    found.push(...(await stretch.where(contains(kind, name)).limit(limit - found.length).execute()))
    if (end === undefined || found.length >= limit) return found
    rest = own.where(behind(end))
  }
}

function contains(kind: Session['kind'], text: string) {
  return kind === 'sqlite' ? sql<boolean>`instr(name_folded, ${fold(text)}) > 0` : sql<boolean>`strpos(name_folded, ${fold(text)}) > 0`
}
