import { type Selectable, sql } from 'kysely'
import type { AccountRoot, RootPage, RootReads, RootWrites, ToldFile } from '../../ports/db/index.ts'
import { prepare } from '../prepared.ts'
import type { Session } from '../session.ts'
import { slices } from '../slices.ts'
import type { Tables } from '../tables.ts'
import { copiesIn } from './replicas.ts'

type NewRoot = Pick<Selectable<Tables['account_root']>, 'account_id' | 'cid' | 'dag' | 'upload_id' | 'name' | 'created'>

const note = prepare((q, { account_id, cid, dag, upload_id, name, created }: NewRoot) =>
  q
    .insertInto('account_root')
    .values({ account_id, cid, dag, upload_id, name, created, updated: created, uploads: 1 })
    .onConflict((c) =>
      c.columns(['account_id', 'cid']).doUpdateSet({
        uploads: sql`account_root.uploads + 1`,
        upload_id: sql`excluded.upload_id`,
        updated: sql`excluded.updated`,
        name: sql`case when excluded.name = '' then account_root.name else excluded.name end`,
      }),
    ),
)

/** One upload of a root is gone, its row too. */
export async function dropRoot({ q }: Session, accountId: string, { uploadId, cid, dag }: { uploadId: string; cid: string; dag: string }): Promise<void> {
  const row = q.updateTable('account_root').where('account_id', '=', accountId).where('cid', '=', cid)
  const left = await row.set((e) => ({ uploads: e('uploads', '-', 1) })).returning(['uploads', 'upload_id']).executeTakeFirst()
  if (left === undefined) return
  if (left.uploads <= 0) await q.deleteFrom('account_root').where('account_id', '=', accountId).where('cid', '=', cid).execute()
  else if (left.upload_id === uploadId) {
    const [last] = await uploadsOf(q, accountId, { cid, dag }).orderBy('upload.created', 'desc').limit(1).execute()
    if (last) await row.set({ upload_id: last.id }).execute()
  }
}

/** Rows that are passed over by one statement. */
const stride = 5_000

/** Where a row is in both orders. */
type Place = Pick<Selectable<Tables['account_root']>, 'name' | 'created' | 'cid'>

export function rootQueries(session: Session): RootReads & RootWrites {
  const { q } = session
  const named = (accountId: string) => q.selectFrom('account_root').where('account_root.account_id', '=', accountId)
  const known = (accountId: string) =>
    named(accountId)
      .innerJoin('upload', 'upload.id', 'account_root.upload_id')
      .innerJoin('dag', 'dag.cid', 'account_root.dag')
      .leftJoin('dag_replica', 'dag_replica.dag', 'account_root.dag')
      .select(['account_root.cid', 'account_root.dag', 'account_root.name', 'account_root.created', 'account_root.updated', 'upload_id', 'kind', 'media_type', 'key_name', 'files'])
      .select(['dag.state as dag_state', 'dag.bytes', 'dag.blocks', 'missing_count', 'completed', 'dag_replica.state', 'nodes', 'wanted', 'dag_replica.reason', 'since'])

  /** What is passed over is passed over in the index alone, and not in one go: SQLite lets nobody else do anything meanwhile. */
  async function cidsAt(accountId: string, { by, descending, offset, limit }: Extract<RootPage, { by: unknown }>): Promise<string[]> {
    const order = descending ? 'desc' : 'asc'
    const later = sql.raw(descending ? '<' : '>')
    const from = (last?: Place) => {
      const all = named(accountId).select(['name', 'created', 'cid'])
      if (by === 'name') {
        const rest = last ? all.where(sql<boolean>`(name, created, cid) ${later} (${last.name}, ${last.created}, ${last.cid})`) : all
        return rest.orderBy('name', order).orderBy('created', order).orderBy('cid', order)
      }
      const rest = last ? all.where(sql<boolean>`(created, cid) ${later} (${last.created}, ${last.cid})`) : all
      return rest.orderBy('created', order).orderBy('cid', order)
    }
    let last: Place | undefined
    for (let left = offset; left > 0; left -= stride) {
      last = await from(last).offset(Math.min(left, stride) - 1).limit(1).executeTakeFirst()
      if (last === undefined) return []
    }
    return (await from(last).limit(limit).execute()).map(({ cid }) => cid)
  }

  type Row = Awaited<ReturnType<ReturnType<typeof known>['execute']>>[number]

  return {
    async get(accountId, cid) {
      const row = await known(accountId).where('account_root.cid', '=', cid).executeTakeFirst()
      return row && toRoot(row)
    },

    async list(accountId, page) {
      if (!('by' in page)) {
        const newest = known(accountId).orderBy('account_root.created', 'desc').orderBy('account_root.cid', 'desc').limit(page.limit)
        return (await (page.before === undefined ? newest : newest.where('account_root.created', '<', page.before)).execute()).map(toRoot)
      }
      const cids = await cidsAt(accountId, page)
      const rows: Row[] = cids.length > 0 ? await known(accountId).where('account_root.cid', 'in', cids).execute() : []
      const byCid = new Map(rows.map((row) => [row.cid, row]))
      return cids.flatMap((cid) => byCid.get(cid) ?? []).map(toRoot)
    },

    async count(accountId) {
      const { n } = await named(accountId).select((e) => e.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()
      return n
    },

    async parts(accountId, cids, limit) {
      const found = new Map<string, string[]>()
      let left = limit
      for (const slice of slices(cids)) {
        const rows = await q.selectFrom('account_part').select(['cid', 'car']).where('account_id', '=', accountId).where('cid', 'in', slice).orderBy('cid').orderBy('car').limit(left).execute()
        for (const { cid, car } of rows) found.set(cid, [...(found.get(cid) ?? []), car])
        left -= rows.length
      }
      return found
    },

    async uploads(accountId, root, limit) {
      return (await uploadsOf(q, accountId, root).orderBy('upload.created').limit(limit).execute()).map(({ id }) => id)
    },

    async note({ accountId, uploadId, name = '', ...root }) {
      await note(session, { ...root, account_id: accountId, upload_id: uploadId, name })
    },

    async rename(accountId, cid, name) {
      const { numUpdatedRows } = await q.updateTable('account_root').set({ name }).where('account_id', '=', accountId).where('cid', '=', cid).executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },

    async addPart(accountId, cid, car) {
      await q.insertInto('account_part').values({ account_id: accountId, cid, car }).onConflict((c) => c.doNothing()).execute()
    },
  }

  function toRoot(row: Row): AccountRoot {
    return {
      cid: row.cid,
      dag: row.dag,
      name: row.name || undefined,
      created: row.created,
      updated: row.updated,
      uploadId: row.upload_id,
      kind: row.kind,
      mediaType: row.media_type ?? undefined,
      keyName: row.key_name ?? undefined,
      files: row.files === null ? undefined : (JSON.parse(row.files) as ToldFile[]),
      state: row.dag_state,
      bytes: row.bytes ?? undefined,
      blocks: row.blocks ?? undefined,
      missingCount: row.missing_count,
      completed: row.completed ?? undefined,
      replicas: copiesIn(row),
    }
  }
}

function uploadsOf(q: Session['q'], accountId: string, { cid, dag }: { cid: string; dag: string }) {
  const roots = q.selectFrom('upload_root').innerJoin('upload', 'upload.id', 'upload_root.upload_id').select('upload.id')
  return roots.where('upload_root.dag', '=', dag).where('upload_root.cid', '=', cid).where('upload.account_id', '=', accountId)
}
