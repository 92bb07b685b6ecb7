import { describe, expect, it } from 'vitest'
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
