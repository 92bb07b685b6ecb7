import { describe, expect, it } from 'vitest'
import type { PartList } from '../../ports/db/index.ts'
import type { Subject } from './subject.ts'
import { addUpload, cidOf, newAccount } from './rows.ts'

export function uploadContract(subject: Subject): void {
  describe('uploads', () => {
    it('lists newest first with their roots in order', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const roots = [{ cid: 'b', dag: cidOf('b'), name: 'x' }, { cid: 'a', dag: cidOf('a') }]
      const uploads = [await addUpload(db, id), await addUpload(db, id, { name: 'two', kind: 'car', roots }), await addUpload(db, id, { roots: [] })]
      const [first, second, third] = uploads
      expect(await db.read((r) => r.uploads.list(id, { limit: 2 }))).toEqual([third, second])
      expect(await db.read((r) => r.uploads.list(id, { limit: 5, before: second!.created }))).toEqual([first])
      expect(await db.read((r) => r.uploads.count(id))).toBe(3)
      expect(await db.read((r) => r.uploads.get(id, second!.id))).toEqual(second)
      expect(await db.read((r) => r.uploads.get('another', second!.id))).toBeUndefined()
    })

    it('renames and removes only what the account owns', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const upload = await addUpload(db, id)
      expect(await db.write((w) => w.uploads.rename('another', upload.id, 'n'))).toBe(false)
      expect(await db.write((w) => w.uploads.rename(id, upload.id, 'n'))).toBe(true)
      expect((await db.read((r) => r.uploads.get(id, upload.id)))?.name).toBe('n')
      expect(await db.write((w) => w.uploads.remove('another', upload.id))).toBe(false)
      expect(await db.write((w) => w.uploads.remove(id, upload.id))).toBe(true)
      expect(await db.write((w) => w.uploads.remove(id, upload.id))).toBe(false)
    })

    it('tells whose uploads of a root got no further part', async () => {
      const db = subject.db()
      const [one, two] = [await newAccount(db), await newAccount(db)]
      const dag = cidOf('in parts')
      const part = (accountId: string, created: number, root = dag) => addUpload(db, accountId, { created, roots: [{ cid: root, dag: root }] })
      const [first, second] = [await part(one.id, 10), await part(one.id, 20)]
      await part(two.id, 5)
      await part(two.id, 30)
      await part(one.id, 99, cidOf('another root'))
      const stale = (before: number, limit = 10) => db.read((r) => r.uploads.stale(dag, before, limit))
      expect(await stale(19)).toEqual([])
      expect(await stale(20)).toEqual([first, second].map(({ id, accountId }) => ({ id, accountId })))
      expect(await stale(20, 1)).toHaveLength(1)
      expect(await stale(30)).toHaveLength(4)
    })

    it('keeps part lists until they are removed, or their upload is', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const [partial, whole] = [cidOf('partial root'), cidOf('whole root')]
      const [one, two] = [await addUpload(db, id, { roots: [{ cid: whole, dag: whole }, { cid: partial, dag: partial }] }), await addUpload(db, id, { roots: [{ cid: whole, dag: whole }] })]
      const lists = [one, two].flatMap((upload) => [0, 1].map((position) => ({ uploadId: upload.id, position, cid: cidOf(`list ${position}`) })))
      await db.write(async (w) => {
        await w.dags.setComplete(whole, { bytes: 1, blocks: 1 }, 1)
        await w.uploads.addPartLists(lists)
      })
      const all = async () => {
        const found: (PartList & { isNeeded: boolean })[] = []
        const page = (after: PartList | undefined) => db.read((r) => r.uploads.partLists(after, 3))
        for (let next = await page(undefined); next.length > 0; next = await page(found.at(-1))) found.push(...next)
        return found.filter(({ uploadId }) => uploadId === one.id || uploadId === two.id)
      }
      const byUpload = (a: { uploadId: string }, b: { uploadId: string }) => (a.uploadId < b.uploadId ? -1 : a.uploadId > b.uploadId ? 1 : 0)
      expect(await all()).toEqual(lists.map((list) => ({ ...list, isNeeded: list.uploadId === one.id })).toSorted(byUpload))
      await db.write((w) => w.uploads.removePartLists([two.id]))
      expect((await all()).map(({ uploadId }) => uploadId)).toEqual([one.id, one.id])
      await db.write((w) => w.uploads.remove(id, one.id))
      expect(await all()).toEqual([])
    })

    it('goes with its last root', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const [a, b] = [cidOf('a'), cidOf('b')]
      const upload = await addUpload(db, id, { roots: [{ cid: a, dag: a }, { cid: b, dag: b }] })
      expect(await db.write((w) => w.uploads.removeRoot('another', upload.id, a))).toBe(false)
      expect(await db.write((w) => w.uploads.removeRoot(id, upload.id, a))).toBe(true)
      expect(await db.write((w) => w.uploads.removeRoot(id, upload.id, a))).toBe(false)
      expect((await db.read((r) => r.uploads.get(id, upload.id)))?.roots).toEqual([{ cid: b, dag: b }])
      expect(await db.write((w) => w.uploads.removeRoot(id, upload.id, b))).toBe(true)
      expect(await db.read((r) => r.uploads.get(id, upload.id))).toBeUndefined()
    })
  })
}
