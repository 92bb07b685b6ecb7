import { describe, expect, it } from 'vitest'
import type { StoredRecord } from '../../ports/db/index.ts'
import type { Subject } from './subject.ts'

export function nameContract(subject: Subject): void {
  /** Far apart from those of other tests, and of each other. */
  let start = -9e12
  const later = () => (start += 1e9)
  const record = (expires: number, more: Partial<StoredRecord> = {}): StoredRecord => ({ name: crypto.randomUUID(), record: Uint8Array.of(1, 2, 255), expires, received: 5, ...more })
  const put = (row: StoredRecord, due: number) => subject.db().write((w) => w.names.put(row, due))
  const get = (name: string) => subject.other().read((r) => r.names.get(name))
  const dueAt = async (at: number) => (await subject.db().read((r) => r.names.due(at, 100))).filter(({ expires }) => expires > 0)

  describe('records of names', () => {
    it('are kept as they are, the last one of each name', async () => {
      const first = record(7e12, { client: 'a' })
      await put(first, later())
      expect(await get(first.name)).toEqual(first)
      await put({ ...first, record: Uint8Array.of(9), expires: 8e12, received: 6, client: 'b' }, later())
      expect(await get(first.name)).toEqual({ ...first, record: Uint8Array.of(9), expires: 8e12, received: 6 })
      expect(await get('nobody')).toBeUndefined()
      await subject.db().write((w) => w.names.told(first.name, 9e12))
    })

    it('are counted, and by who sent them', async () => {
      const client = crypto.randomUUID()
      const before = await subject.db().read((r) => r.names.count())
      for (const row of [record(7e12, { client }), record(7e12, { client }), record(7e12)]) await put(row, 9e12)
      expect(await subject.db().read((r) => Promise.all([r.names.count(), r.names.countOf(client), r.names.countOf('nobody')]))).toEqual([before + 3, 2, 0])
    })

    it('are due the longest waiting first, until they are told or failed', async () => {
      const at = later()
      const [a, b] = [record(7e12), record(7e12)]
      await put(a, at + 2)
      await put(b, at + 1)
      expect(await subject.db().read((r) => r.names.nextDue())).toBe(at + 1)
      const row = ({ name, record, expires }: StoredRecord, tries: number) => ({ name, record, expires, tries })
      expect(await dueAt(at + 2)).toEqual([row(b, 0), row(a, 0)])
      expect(await dueAt(at + 1)).toEqual([row(b, 0)])
      await subject.db().write((w) => w.names.failed(b.name, at + 3))
      await subject.db().write((w) => w.names.failed(b.name, at + 4))
      expect(await dueAt(at + 4)).toEqual([row(a, 0), row(b, 2)])
      await subject.db().write((w) => w.names.told(b.name, at + 5))
      await subject.db().write((w) => w.names.told(a.name, 9e12))
      expect(await dueAt(at + 5)).toEqual([row(b, 0)])
      await subject.db().write((w) => w.names.told(b.name, 9e12))
    })

    it('go some time after they expired, a bounded number at once', async () => {
      const rows = [-300, -200, -100].map((expires) => record(expires))
      for (const row of rows) await put(row, 9e12)
      const remove = () => subject.db().write((w) => w.names.removeExpired(-100, 1))
      expect([await remove(), await remove(), await remove()]).toEqual([1, 1, 0])
      expect(await Promise.all(rows.map(async ({ name }) => (await get(name)) !== undefined))).toEqual([false, false, true])
      expect(await subject.db().write((w) => w.names.removeExpired(0, 10))).toBe(1)
    })
  })
}
