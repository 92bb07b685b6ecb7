import { describe, expect, it } from 'vitest'
import { addPin, addUpload, cidOf, newAccount } from './rows.ts'
import type { Subject } from './subject.ts'

export function auditContract(subject: Subject): void {
  describe('audit', () => {
    it('tells a DAG beside what refers to it', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const dag = cidOf('audited')
      for (const status of ['pinned', 'queued', 'failed'] as const) await addPin(db, id, { dag, status })
      await addUpload(db, id, { roots: [{ cid: dag, dag }] })
      await db.write(async (w) => {
        for (let i = 0; i < 3; i++) await w.dags.hold(id, dag)
        await w.dags.setComplete(dag, { bytes: 2 ** 40, blocks: 3 }, 1)
      })
      const row = await db.read((r) => r.audit.dag(dag))
      expect(row).toMatchObject({ cid: dag, state: 'complete', bytes: 2 ** 40, blocks: 3, holders: 3, pins: 2, pinned: 1, uploads: 1, counted: 3 })
      expect(await db.read((r) => r.audit.dag(cidOf('never seen')))).toBeUndefined()
      expect(await db.read((r) => r.audit.accounts('', 10_000))).toContainEqual({ accountId: id, bytes: 2 ** 40, blocks: 3, dags: 1 })
      expect(await db.read((r) => r.audit.holdings(id, '', 10))).toEqual([{ dag, bytes: 2 ** 40, blocks: 3 }])
    })

    it('pages through all DAGs and all that an account holds', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const cids = Array.from({ length: 7 }, (_, i) => cidOf(`audit page ${i}`))
      await db.write(async (w) => {
        for (const cid of cids) {
          await w.dags.lock(cid, 1)
          await w.dags.hold(id, cid)
        }
      })
      const all = await pages((after) => db.read((r) => r.audit.dags(after, 2)), ({ cid }) => cid)
      expect(all).toHaveLength(await db.read((r) => r.audit.countDags()))
      expect(all.map(({ cid }) => cid)).toEqual(expect.arrayContaining(cids))
      const held = await pages((after) => db.read((r) => r.audit.holdings(id, after, 2)), ({ dag }) => dag)
      expect(held.map(({ dag }) => dag)).toEqual([...cids].sort())
      const accounts = await pages((after) => db.read((r) => r.audit.accounts(after, 2)), ({ accountId }) => accountId)
      expect(accounts.filter(({ accountId }) => accountId === id)).toEqual([{ accountId: id, bytes: 0, blocks: 0, dags: 7 }])
    })

    it('finds no strays where everything that is named has a row', async () => {
      const db = subject.db()
      expect(await db.read((r) => r.audit.strays('', undefined, 10))).toEqual([])
      expect(await db.read((r) => r.audit.strays('a', 'z', 10))).toEqual([])
    })
  })
}

async function pages<T>(read: (after: string) => Promise<T[]>, key: (row: T) => string): Promise<T[]> {
  const all: T[] = []
  for (;;) {
    const page = await read(all.length === 0 ? '' : key(all.at(-1)!))
    all.push(...page)
    if (page.length < 2) return all
  }
}
