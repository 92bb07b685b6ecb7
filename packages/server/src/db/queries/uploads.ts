import { type Selectable, sql } from 'kysely'
import type { Upload, UploadReads, UploadRoot, UploadWrites } from '../../ports/db/index.ts'
import { prepare } from '../prepared.ts'
import type { Session } from '../session.ts'
import { slices } from '../slices.ts'
import type { Tables } from '../tables.ts'

type Row = Selectable<Tables['upload']>

const insertUpload = prepare((q, { id, account_id, name, kind, bytes, created }: Row) =>
  q.insertInto('upload').values({ id, account_id, name, kind, bytes, created }),
)

const insertRoot = prepare((q, { upload_id, position, cid, dag, name, unpinned }: Selectable<Tables['upload_root']>) =>
  q.insertInto('upload_root').values({ upload_id, position, cid, dag, name, unpinned }),
)

/** A literal, as in the partial index: SQLite uses it for no bound value. */
const isUnpinned = sql<boolean>`unpinned = 1`

export function uploadQueries(session: Session): UploadReads & UploadWrites {
  const { q } = session
  const ofAccount = (accountId: string) => q.selectFrom('upload').where('account_id', '=', accountId)
  const remove = async (accountId: string, id: string): Promise<boolean> => {
    const { numDeletedRows } = await q.deleteFrom('upload').where('id', '=', id).where('account_id', '=', accountId).executeTakeFirstOrThrow()
    return numDeletedRows > 0n
  }

  async function withRoots(rows: readonly Row[]): Promise<Upload[]> {
    const roots = new Map<string, Upload['roots']>(rows.map(({ id }) => [id, []]))
    for (const slice of slices([...roots.keys()])) {
      const found = await q.selectFrom('upload_root').selectAll().where('upload_id', 'in', slice).orderBy('upload_id').orderBy('position').execute()
      for (const row of found) roots.get(row.upload_id)?.push(toRoot(row))
    }
    return rows.map(({ account_id, name, ...row }) => ({ ...row, accountId: account_id, name: name ?? undefined, roots: roots.get(row.id) ?? [] }))
  }

  return {
    remove,
    get: async (accountId, id) => (await withRoots(await ofAccount(accountId).selectAll().where('id', '=', id).execute()))[0],

    async list(accountId, { before, limit }) {
      const all = ofAccount(accountId).selectAll().orderBy('created', 'desc').limit(limit)
      return withRoots(await (before === undefined ? all : all.where('created', '<', before)).execute())
    },

    async count(accountId) {
      const { n } = await ofAccount(accountId).select((e) => e.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()
      return n
    },

    async unpinned(dag, limit) {
      const waiting = q.selectFrom('upload_root').innerJoin('upload', 'upload.id', 'upload_root.upload_id').selectAll('upload_root').select('upload.account_id')
      const rows = await waiting.where('upload_root.dag', '=', dag).where(isUnpinned).orderBy('upload.account_id').limit(limit).execute()
      return rows.map((row) => ({ ...toRoot(row), uploadId: row.upload_id, accountId: row.account_id }))
    },

    async setPinned(id, dag) {
      await q.updateTable('upload_root').set({ unpinned: 0 }).where('upload_id', '=', id).where('dag', '=', dag).execute()
    },

    async stale(dag, before, limit) {
      const parts = q.selectFrom('upload_root').innerJoin('upload', 'upload.id', 'upload_root.upload_id').where('upload_root.dag', '=', dag)
      const silent = parts.select('upload.account_id').groupBy('upload.account_id').having((e) => e.fn.max('upload.created'), '<=', before)
      const found = await parts.select(['upload.id', 'upload.account_id']).where('upload.account_id', 'in', silent).orderBy('upload.created').limit(limit).execute()
      return found.map(({ id, account_id }) => ({ id, accountId: account_id }))
    },

    async partLists(after, limit) {
      const all = q
        .selectFrom('part_list as list')
        .select(['upload_id', 'position', 'cid'])
        .select(sql<number>`case when exists (select 1 from upload_root r join dag on dag.cid = r.dag where r.upload_id = list.upload_id and dag.state = 'partial') then 1 else 0 end`.as('needed'))
      const later = after ? all.where(sql<boolean>`(upload_id, position) > (${after.uploadId}, ${after.position})`) : all
      const rows = await later.orderBy('upload_id').orderBy('position').limit(limit).execute()
      return rows.map(({ upload_id, position, cid, needed }) => ({ uploadId: upload_id, position, cid, isNeeded: needed === 1 }))
    },

    async addPartLists(lists) {
      const rows = lists.map(({ uploadId, position, cid }) => ({ upload_id: uploadId, position, cid }))
      for (const slice of slices(rows)) await q.insertInto('part_list').values(slice).execute()
    },

    async removePartLists(uploadIds) {
      for (const slice of slices(uploadIds)) await q.deleteFrom('part_list').where('upload_id', 'in', slice).execute()
    },

    async insert({ accountId, roots, name: uploadName = null, ...upload }) {
      await insertUpload(session, { ...upload, name: uploadName, account_id: accountId })
      const rows = roots.map(({ cid, dag, name = null, unpinned }, position) => ({ upload_id: upload.id, position, cid, dag, name, unpinned: unpinned ? 1 : 0 }))
      if (rows.length === 1) await insertRoot(session, rows[0]!)
      else for (const slice of slices(rows)) await q.insertInto('upload_root').values(slice).execute()
    },

    async removeRoot(accountId, id, dag) {
      if (!(await ofAccount(accountId).select('id').where('id', '=', id).executeTakeFirst())) return false
      const { numDeletedRows } = await q.deleteFrom('upload_root').where('upload_id', '=', id).where('dag', '=', dag).executeTakeFirstOrThrow()
      if (numDeletedRows === 0n) return false
      const left = await q.selectFrom('upload_root').select('position').where('upload_id', '=', id).limit(1).executeTakeFirst()
      if (!left) await remove(accountId, id)
      return true
    },

    async rename(accountId, id, name) {
      const { numUpdatedRows } = await q.updateTable('upload').set({ name }).where('id', '=', id).where('account_id', '=', accountId).executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },
  }
}

function toRoot({ cid, dag, name, unpinned }: Selectable<Tables['upload_root']>): UploadRoot {
  return { cid, dag, name: name ?? undefined, unpinned: unpinned === 1 ? true : undefined }
}
