import { describe, expect, it } from 'vitest'
import type { PartList, Upload, UploadPage } from '../../ports/db/index.ts'
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

    it('lists in any order, page by page, of a root, and with a part of the name', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const names = ['Zebra', 'apple', 'Äpfel', 'banana', undefined]
      const dag = cidOf('sorted')
      for (const [i, name] of names.entries()) await addUpload(db, id, { name, bytes: (i * 7) % 5, created: i + 1, roots: [{ cid: 'c', dag: i === 3 ? dag : cidOf('other'), name: 'root' }] })
      await addUpload(db, (await newAccount(db)).id, { name: 'apple' })
      const list = async (page: Partial<UploadPage>) => {
        const found: Upload[] = []
        for (;;) {
          const some = await db.read((r) => r.uploads.list(id, { limit: 2, ...page, after: found.at(-1)?.id }))
          found.push(...some)
          if (some.length < 2) return found.map(({ created }) => created)
        }
      }
      expect(await list({})).toEqual([5, 4, 3, 2, 1])
      expect(await list({ descending: false })).toEqual([1, 2, 3, 4, 5])
      const byName = await list({ sort: 'name', descending: false })
      expect(byName.filter((created) => created !== 3)).toEqual([2, 4, 5, 1])
      expect(await list({ sort: 'name' })).toEqual(byName.toReversed())
      expect(await list({ sort: 'bytes' })).toEqual([3, 5, 2, 4, 1])
      expect(await list({ name: 'APPLE' })).toEqual([2])
      expect(await list({ name: 'pfel' })).toEqual([3])
      expect(await list({ name: 'äPF' })).toEqual([3])
      expect(await list({ name: 'a', sort: 'bytes' })).toEqual([2, 4, 1])
      expect(await list({ name: 'Root' })).toEqual([5])
      expect(await list({ name: '%' })).toEqual([])
      expect(await list({ dag })).toEqual([4])
      expect(await list({ dag, name: 'zebra' })).toEqual([])
    })

    it('finds the few among many', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      await db.write(async (w) => {
        for (let i = 1; i <= 2500; i++) await w.uploads.insert({ id: `${id} ${i}`, accountId: id, name: i % 1100 === 7 ? `found ${i}` : `file ${i}`, kind: 'file', bytes: i % 3, created: i, roots: [] })
      })
      const found = async (page: Partial<UploadPage>) => (await db.read((r) => r.uploads.list(id, { limit: 10, ...page }))).map(({ name }) => name)
      expect(await found({ name: 'found' })).toEqual(['found 2207', 'found 1107', 'found 7'])
      expect(await found({ name: 'found', sort: 'bytes', descending: false })).toEqual(['found 1107', 'found 7', 'found 2207'])
      expect(await found({ name: 'found', limit: 1, after: `${id} 2207` })).toEqual(['found 1107'])
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

    it('tells which could be read and wait for it, until they are pinned', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const [whole, partial] = [cidOf('whole and unread'), cidOf('partial and unread')]
      const root = (cid: string) => ({ cid, dag: cid, name: 'n', unpinned: true as const })
      const one = await addUpload(db, id, { id: 'unread 1', created: 10, roots: [root(whole), root(partial)] })
      const two = await addUpload(db, id, { id: 'unread 2', created: 30, roots: [root(whole)] })
      await db.write((w) => w.dags.setComplete(whole, { bytes: 1, blocks: 1 }, 20))
      const all = async (limit: number, after?: { uploadId: string; position: number }) => (await db.read((r) => r.uploads.unread(after, limit))).filter(({ accountId }) => accountId === id)
      const [first, second] = await all(1000)
      expect([first, second]).toEqual([
        { ...root(whole), uploadId: one.id, accountId: id, position: 0, since: 20 },
        { ...root(whole), uploadId: two.id, accountId: id, position: 0, since: 30 },
      ])
      expect(await all(1, first)).toEqual([second])
      expect((await db.read((r) => r.dags.completed([whole, partial, 'none']))).get(whole)).toBe(20)
      await db.write((w) => w.uploads.warn([first!], 77))
      expect((await all(1000))[0]).toMatchObject({ uploadId: one.id, warned: 77 })
      expect((await db.read((r) => r.uploads.get(id, one.id)))?.roots[0]).toMatchObject({ warned: 77 })
      await db.write((w) => w.uploads.forgetWarnings())
      expect((await all(1000))[0]).toEqual(first)
      await db.write((w) => w.uploads.setPinned(one.id, whole))
      expect(await all(1000)).toEqual([second])
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
