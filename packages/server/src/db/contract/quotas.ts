import { describe, expect, it } from 'vitest'
import type { Subject } from './subject.ts'
import { addPin, addUpload, cidOf, newAccount } from './rows.ts'

export function quotaContract(subject: Subject): void {
  const name = () => cidOf(crypto.randomUUID())
  const of = (accountId: string, now = 0, except?: string) => subject.db().read((r) => r.quotas.of(accountId, now, except))

  describe('quotas', () => {
    it('counts what an account has sent to DAGs that are not complete', async () => {
      const db = subject.db()
      const [one, two] = [await newAccount(db), await newAccount(db)]
      const [partial, whole] = [name(), name()]
      const send = async (accountId: string, dag: string, bytes: number) => {
        // Whatever its client says that it was made of.
        const { id } = await addUpload(db, accountId, { bytes: 0, blocks: 1, blockBytes: bytes, roots: [{ cid: dag, dag }] })
        await db.write((w) => w.uploads.addPartLists(lists(bytes).map((cid, position) => ({ uploadId: id, position, cid }))))
        await db.write((w) => w.dags.hold(accountId, dag, { parts: true }))
      }
      // The same part twice; and parts whose lists begin alike and are too long for one block.
      const lists = (bytes: number) => (bytes === 4 ? [cidOf('four')] : [cidOf('begin'), cidOf(`end ${bytes}`)])
      for (const [id, dag, bytes] of [[one.id, partial, 3], [one.id, partial, 4], [one.id, partial, 4], [two.id, partial, 5], [one.id, whole, 6]] as const) await send(id, dag, bytes)
      const waiting = () => Promise.all([one, two].map(async ({ id }) => (await of(id)).waiting))
      expect(await waiting()).toEqual([{ bytes: 13, blocks: 3 }, { bytes: 5, blocks: 1 }])
      await db.write((w) => w.dags.setComplete(whole, { bytes: 6, blocks: 1 }, 1))
      expect(await waiting()).toEqual([{ bytes: 7, blocks: 2 }, { bytes: 5, blocks: 1 }])
      expect((await of(one.id)).charged).toEqual({ bytes: 6, blocks: 1 })
    })

    it('counts what was fetched of them so far', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const dag = name()
      await addPin(db, id, { dag, status: 'queued' })
      await db.write((w) => w.dags.hold(id, dag))
      await db.write((w) => w.fetches.put([{ dag, reason: '', blocks: 9, bytes: 2 ** 45, missing: 1, attempts: [], tries: 1, updated: 1 }]))
      expect((await of(id)).waiting).toEqual({ bytes: 0, blocks: 0 })
      await db.write((w) => w.dags.noteParts(dag))
      expect((await of(id)).waiting).toEqual({ bytes: 2 ** 45, blocks: 9 })
    })

    it('takes room until it is given back or its time is over', async () => {
      const db = subject.db()
      const { id: accountId } = await newAccount(db)
      const [a, b] = [crypto.randomUUID(), crypto.randomUUID()]
      await db.write(async (w) => {
        await w.quotas.lock(accountId)
        await w.quotas.reserve({ id: a, accountId, bytes: 1, blocks: 1, until: 100 })
        await w.quotas.reserve({ id: b, accountId, bytes: 10, blocks: 1, until: 200 })
        await w.quotas.reserve({ id: a, accountId, bytes: 5, blocks: 2, until: 100 })
      })
      expect((await of(accountId, 99)).reserved).toEqual({ bytes: 15, blocks: 3 })
      expect((await of(accountId, 99, b)).reserved).toEqual({ bytes: 5, blocks: 2 })
      expect((await of(accountId, 100)).reserved).toEqual({ bytes: 10, blocks: 1 })
      await db.write((w) => w.quotas.extend([a], 300))
      expect((await of(accountId, 200)).reserved).toEqual({ bytes: 5, blocks: 2 })
      await db.write((w) => w.quotas.sweep(200))
      expect((await of(accountId, 0)).reserved).toEqual({ bytes: 5, blocks: 2 })
      await db.write((w) => w.quotas.end(a))
      expect((await of(accountId, 0)).reserved).toEqual({ bytes: 0, blocks: 0 })
    })

    it('lets one transaction after the other decide', async () => {
      const { id: accountId } = await newAccount(subject.db())
      const take = (db = subject.db()) =>
        db.write(async (w) => {
          await w.quotas.lock(accountId)
          if ((await w.quotas.of(accountId, 0)).reserved.bytes >= 10) return 0
          await w.quotas.reserve({ id: crypto.randomUUID(), accountId, bytes: 1, blocks: 0, until: 1 })
          return 1
        })
      const taken = await Promise.all(Array.from({ length: 20 }, (_, i) => take(i % 2 ? subject.db() : subject.other())))
      expect(taken.filter((one) => one === 1)).toHaveLength(10)
    })

    it('names the accounts with a plan that wait for a DAG, and their requests', async () => {
      const db = subject.db()
      const [with_, without] = [await newAccount(db, { planId: 'free' }), await newAccount(db)]
      const dag = name()
      const upload = await addUpload(db, with_.id)
      const [a, b] = [await addPin(db, with_.id, { dag, status: 'queued' }), await addPin(db, with_.id, { dag, status: 'pinning' })]
      await addPin(db, with_.id, { dag, status: 'pinned' })
      await addPin(db, with_.id, { dag, status: 'queued', uploadId: upload.id })
      await addPin(db, without.id, { dag, status: 'queued' })
      expect(await db.read((r) => r.quotas.waitingFor(dag))).toEqual([{ accountId: with_.id, planId: 'free' }])
      expect((await db.read((r) => r.quotas.waitingPins(dag, with_.id, 9))).sort()).toEqual([a.id, b.id].sort())
    })

    it('warns once a month of each level', async () => {
      const { id: accountId } = await newAccount(subject.db())
      const warn = (level: number, period: number, db = subject.db()) => db.write((w) => w.quotas.warn({ accountId, what: 'storage', level, period }, 1))
      const told = await Promise.all([warn(75, 1), warn(75, 1, subject.other())])
      expect(told.sort()).toEqual([false, true])
      expect([await warn(90, 1), await warn(75, 2), await warn(90, 1)]).toEqual([true, true, false])
    })
  })
}
