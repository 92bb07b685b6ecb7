import { type Selectable, sql } from 'kysely'
import type { ToldFile, Upload, UploadReads, UploadRoot, UploadWrites } from '../../ports/db/index.ts'
import { fold } from '../fold.ts'
import { prepare } from '../prepared.ts'
import type { Session } from '../session.ts'
import { slices } from '../slices.ts'
import type { Tables } from '../tables.ts'
import { dropRoot } from './roots.ts'
import { searchUploads } from './upload-search.ts'

type Row = Selectable<Tables['upload']>

const insertUpload = prepare((q, { id, account_id, name, kind, bytes, created, media_type, key_name, files, blocks, block_bytes, name_folded }: Row) =>
  q.insertInto('upload').values({ id, account_id, name, kind, bytes, created, media_type, key_name, files, blocks, block_bytes, name_folded }),
)

const insertRoot = prepare((q, { upload_id, position, cid, dag, name, unpinned }: Omit<Selectable<Tables['upload_root']>, 'warned'>) =>
  q.insertInto('upload_root').values({ upload_id, position, cid, dag, name, unpinned }),
)

/** A literal, as in the partial index: SQLite uses it for no bound value. */
const isUnpinned = sql<boolean>`unpinned = 1`

export function uploadQueries(session: Session): UploadReads & UploadWrites {
  const { q } = session
  const ofAccount = (accountId: string) => q.selectFrom('upload').where('account_id', '=', accountId)
  const removeRow = async (id: string): Promise<void> => void (await q.deleteFrom('upload').where('id', '=', id).execute())

  /** Takes roots of an upload away: those of this DAG, or all. Returns how many it was. */
  async function removeRoots(accountId: string, id: string, dag?: string): Promise<number> {
    const all = q.deleteFrom('upload_root').where('upload_id', '=', id)
    const gone = await (dag === undefined ? all : all.where('dag', '=', dag)).returning(['cid', 'dag']).execute()
    for (const root of gone) await dropRoot(session, accountId, { ...root, uploadId: id })
    return gone.length
  }

  async function withRoots(rows: readonly Row[]): Promise<Upload[]> {
    const roots = new Map<string, Upload['roots']>(rows.map(({ id }) => [id, []]))
    for (const slice of slices([...roots.keys()])) {
      const found = await q.selectFrom('upload_root').selectAll().where('upload_id', 'in', slice).orderBy('upload_id').orderBy('position').execute()
      for (const row of found) roots.get(row.upload_id)?.push(toRoot(row))
    }
    return rows.map((row) => ({ ...toUpload(row), roots: roots.get(row.id) ?? [] }))
  }

  return {
    async remove(accountId, id) {
      if (!(await ofAccount(accountId).select('id').where('id', '=', id).executeTakeFirst())) return false
      await removeRoots(accountId, id)
      await removeRow(id)
      return true
    },

    get: async (accountId, id) => (await withRoots(await ofAccount(accountId).selectAll().where('id', '=', id).execute()))[0],

    list: async (accountId, page) => withRoots(await searchUploads(session, accountId, page)),

    async count(accountId) {
      const { n } = await ofAccount(accountId).select((e) => e.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()
      return n
    },

    async unpinned(dag, limit) {
      const waiting = q.selectFrom('upload_root').innerJoin('upload', 'upload.id', 'upload_root.upload_id').selectAll('upload_root').select('upload.account_id')
      const rows = await waiting.where('upload_root.dag', '=', dag).where(isUnpinned).orderBy('upload.account_id').limit(limit).execute()
      return rows.map((row) => ({ ...toRoot(row), uploadId: row.upload_id, position: row.position, accountId: row.account_id }))
    },

    async unread(after, limit) {
      const all = q
        .selectFrom('upload_root as root')
        .innerJoin('upload', 'upload.id', 'root.upload_id')
        .innerJoin('dag', 'dag.cid', 'root.dag')
        .selectAll('root')
        .select(['upload.account_id', 'upload.created', 'dag.completed'])
        .where(isUnpinned)
        .where('dag.state', '=', 'complete')
      const later = after ? all.where(sql<boolean>`(root.upload_id, root.position) > (${after.uploadId}, ${after.position})`) : all
      const rows = await later.orderBy('root.upload_id').orderBy('root.position').limit(limit).execute()
      return rows.map((row) => ({ ...toRoot(row), uploadId: row.upload_id, accountId: row.account_id, position: row.position, since: Math.max(row.created, row.completed ?? 0) }))
    },

    async warn(roots, now) {
      for (const { uploadId, position } of roots) await q.updateTable('upload_root').set({ warned: now }).where('upload_id', '=', uploadId).where('position', '=', position).execute()
    },

    async forgetWarnings() {
      await q.updateTable('upload_root').set({ warned: null }).where(isUnpinned).where('warned', 'is not', null).execute()
    },

    async setPinned(id, dag) {
      await q.updateTable('upload_root').set({ unpinned: 0, warned: null }).where('upload_id', '=', id).where('dag', '=', dag).execute()
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

    async insert({ accountId, roots, name: uploadName = null, mediaType = null, keyName = null, files, blocks = 0, blockBytes: block_bytes = 0, ...upload }) {
      const told = { media_type: mediaType, key_name: keyName, files: files ? JSON.stringify(files) : null, blocks, block_bytes, name_folded: fold(uploadName ?? roots[0]?.name ?? '') }
      await insertUpload(session, { ...upload, ...told, name: uploadName, account_id: accountId })
      const rows = roots.map(({ cid, dag, name = null, unpinned }, position) => ({ upload_id: upload.id, position, cid, dag, name, unpinned: unpinned ? 1 : 0 }))
      if (rows.length === 1) await insertRoot(session, rows[0]!)
      else for (const slice of slices(rows)) await q.insertInto('upload_root').values(slice).execute()
    },

    async removeRoot(accountId, id, dag) {
      if (!(await ofAccount(accountId).select('id').where('id', '=', id).executeTakeFirst())) return false
      if ((await removeRoots(accountId, id, dag)) === 0) return false
      const left = await q.selectFrom('upload_root').select('position').where('upload_id', '=', id).limit(1).executeTakeFirst()
      if (!left) await removeRow(id)
      return true
    },

    async rename(accountId, id, name) {
      const { numUpdatedRows } = await q.updateTable('upload').set({ name, name_folded: fold(name) }).where('id', '=', id).where('account_id', '=', accountId).executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },
  }
}

function toUpload({ account_id, name, media_type, key_name, files, blocks: _blocks, block_bytes: _bytes, name_folded: _folded, ...row }: Row): Omit<Upload, 'roots'> {
  const told = { mediaType: media_type ?? undefined, keyName: key_name ?? undefined, files: files === null ? undefined : (JSON.parse(files) as ToldFile[]) }
  return { ...row, ...told, accountId: account_id, name: name ?? undefined }
}

function toRoot({ cid, dag, name, unpinned, warned }: Selectable<Tables['upload_root']>): UploadRoot {
  return { cid, dag, name: name ?? undefined, unpinned: unpinned === 1 ? true : undefined, ...(warned !== null && { warned }) }
}
