import { describe, expect, it } from 'vitest'
import type { Db } from '../../ports/db/index.ts'
import { addUpload, cidOf, newAccount } from './rows.ts'
import type { Subject } from './subject.ts'

export function rootContract(subject: Subject): void {
  describe('roots of an account', () => {
    /** An upload of one root, noted as the domain does it. */
    async function bring(db: Db, accountId: string, cid: string, name?: string) {
      const upload = await addUpload(db, accountId, { name, mediaType: 'text/plain', roots: [{ cid, dag: cid, name }] })
      await db.write((w) => w.roots.note({ accountId, cid, dag: cid, name, created: upload.created, uploadId: upload.id }))
      return upload
    }
    const cidsOf = (roots: { cid: string }[]) => roots.map(({ cid }) => cid)

    it('are one row however often they were uploaded, with what the last upload told', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const cid = cidOf('often')
      const first = await bring(db, id, cid, 'first')
      const last = await bring(db, id, cid)
      await db.write((w) => w.dags.setComplete(cid, { bytes: 7, blocks: 2 }, 5))
      const expected = { cid, dag: cid, name: 'first', created: first.created, updated: last.created, uploadId: last.id, kind: 'file', mediaType: 'text/plain', state: 'complete', bytes: 7, blocks: 2, completed: 5, missingCount: 0 }
      expect(await db.read((r) => r.roots.get(id, cid))).toEqual(expected)
      expect(await db.read((r) => r.roots.list(id, { limit: 9 }))).toEqual([expected])
      expect(await db.read((r) => r.roots.count(id))).toBe(1)
      expect(await db.read((r) => r.roots.get('another', cid))).toBeUndefined()
      expect(await db.read((r) => r.roots.uploads(id, expected, 9))).toEqual([first.id, last.id])
    })

    it('go with the last upload of them', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const cid = cidOf('goes')
      const [one, two, three] = [await bring(db, id, cid), await bring(db, id, cid), await bring(db, id, cid)]
      const uploadId = async () => (await db.read((r) => r.roots.get(id, cid)))?.uploadId
      await db.write((w) => w.uploads.remove(id, three.id))
      expect(await uploadId()).toBe(two.id)
      await db.write((w) => w.uploads.removeRoot(id, one.id, cid))
      expect(await uploadId()).toBe(two.id)
      await db.write((w) => w.uploads.removeRoot(id, two.id, cid))
      expect(await uploadId()).toBeUndefined()
      expect(await db.read((r) => r.roots.count(id))).toBe(0)
    })

    it('are listed before a date, and by pages in the order of dates or names', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const names = ['b', 'a', 'B', 'ä', undefined, 'a']
      const uploads = []
      for (const [i, name] of names.entries()) uploads.push(await bring(db, id, cidOf(`listed ${i}`), name))
      const listed = (i: number) => cidOf(`listed ${i}`)
      const list = (page: Parameters<typeof read>[0]) => read(page).then(cidsOf)
      const read = (page: { before?: number; limit: number } | { by: 'created' | 'name'; descending: boolean; offset: number; limit: number }) => db.read((r) => r.roots.list(id, page))
      expect(await list({ limit: 2 })).toEqual([listed(5), listed(4)])
      expect(await list({ limit: 9, before: uploads[2]!.created })).toEqual([listed(1), listed(0)])
      expect(await list({ by: 'created', descending: false, offset: 1, limit: 2 })).toEqual([listed(1), listed(2)])
      expect(await list({ by: 'name', descending: false, offset: 0, limit: 9 })).toEqual([4, 2, 1, 5, 0, 3].map(listed))
      expect(await list({ by: 'name', descending: true, offset: 1, limit: 2 })).toEqual([0, 5].map(listed))
      expect(await list({ by: 'created', descending: true, offset: 6, limit: 2 })).toEqual([])
    })

    it('are passed over by the thousand', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const many = 5_010
      const { id: uploadId, roots } = await addUpload(db, id)
      await db.write(async (w) => {
        for (let i = 0; i < many; i++) await w.roots.note({ accountId: id, cid: `cid ${i}`, dag: roots[0]!.dag, name: `name ${many - i}`, created: i, uploadId })
      })
      const from = async (by: 'created' | 'name', descending: boolean) => cidsOf(await db.read((r) => r.roots.list(id, { by, descending, offset: 5_003, limit: 3 })))
      expect(await from('created', false)).toEqual(['cid 5003', 'cid 5004', 'cid 5005'])
      expect(await from('created', true)).toEqual(['cid 6', 'cid 5', 'cid 4'])
      const byName = Array.from({ length: many }, (_, i) => `name ${many - i}`).toSorted()
      expect(await from('name', false)).toEqual(byName.slice(5_003, 5_006).map((name) => `cid ${many - Number(name.slice(5))}`))
    })

    it('are renamed, and remember the CARs that brought them as long as they are there', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const [one, two] = [cidOf('one'), cidOf('two')]
      const { id: uploadId } = await bring(db, id, one)
      await bring(db, id, two)
      expect(await db.write((w) => w.roots.rename('another', one, 'n'))).toBe(false)
      expect(await db.write((w) => w.roots.rename(id, one, 'n'))).toBe(true)
      expect((await db.read((r) => r.roots.get(id, one)))?.name).toBe('n')
      await db.write(async (w) => {
        for (const car of ['y', 'x', 'y', 'z']) await w.roots.addPart(id, one, car)
        await w.roots.addPart(id, two, 'w')
      })
      const parts = (limit: number) => db.read(async (r) => [...(await r.roots.parts(id, [one, two], limit))].toSorted(([a], [b]) => (a === one ? -1 : b === one ? 1 : 0)))
      expect(await parts(9)).toEqual([[one, ['x', 'y', 'z']], [two, ['w']]])
      expect((await parts(2)).flatMap(([, cars]) => cars)).toHaveLength(2)
      await db.write((w) => w.uploads.remove(id, uploadId))
      expect(await parts(9)).toEqual([[two, ['w']]])
    })
  })
}
