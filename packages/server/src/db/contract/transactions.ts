import { describe, expect, it } from 'vitest'
import type { Db } from '../../ports/db/index.ts'
import type { Place, Subject } from './subject.ts'
import { migrations } from '../migrations/index.ts'
import { cidOf, newAccount } from './rows.ts'

export function transactionContract(subject: Subject, create: () => Promise<Place>): void {
  describe('transactions', () => {
    it('rolls back when the function throws, and says why', async () => {
      const thrown = new TypeError('mine')
      const failing = subject.db().write(async (w) => {
        await w.instance.set('rolled-back', 'x')
        throw thrown
      })
      await expect(failing).rejects.toBe(thrown)
      expect(await subject.db().read((r) => r.instance.get('rolled-back'))).toBeUndefined()
      await subject.db().write((w) => w.instance.set('after', 'x'))
    })

    it('reads what is committed, without waiting for an open transaction', async () => {
      const db = subject.db()
      const { promise: held, resolve: release } = Promise.withResolvers<void>()
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
      const writing = db.write(async (w) => {
        await w.instance.set('open', 'x')
        expect(await w.instance.get('open')).toBe('x')
        begin()
        await held
      })
      await begun
      expect(await db.read((r) => r.instance.get('open'))).toBeUndefined()
      expect(await subject.other().read((r) => r.instance.get('open'))).toBeUndefined()
      release()
      await writing
      expect(await db.read((r) => r.instance.get('open'))).toBe('x')
      expect(await subject.other().read((r) => r.instance.get('open'))).toBe('x')
    })

    it('shows a snapshot as it was, whatever is written meanwhile, and keeps nobody waiting', async () => {
      const db = subject.db()
      await db.write((w) => w.instance.set('moment', 'then'))
      await using snapshot = await db.snapshot()
      const { instance } = snapshot.reader
      expect(await instance.get('moment')).toBe('then')
      await db.write((w) => w.instance.set('moment', 'now'))
      await subject.other().write((w) => w.instance.set('later', 'x'))
      expect([await instance.get('moment'), await instance.get('later')]).toEqual(['then', undefined])
      expect(await db.read((r) => r.instance.get('moment'))).toBe('now')
    })

    it('lets two instances write at the same time', async () => {
      const account = await newAccount(subject.db())
      const stamp = (db: Db) => db.write((w) => w.accounts.nextStamp(account.id, 1))
      const stamps = await Promise.all(Array.from({ length: 60 }, (_, i) => stamp(i % 2 ? subject.db() : subject.other())))
      expect(new Set(stamps).size).toBe(60)
    })

    it('makes racing transactions on one DAG see each other', async () => {
      const cid = cidOf('raced')
      const { id } = await newAccount(subject.db())
      // Each decides by what it finds: exactly one may find nobody.
      const hold = (db: Db) =>
        db.write(async (w) => {
          const { holders } = await w.dags.lock(cid, 1)
          await new Promise(setImmediate)
          await w.dags.hold(id, cid)
          return holders
        })
      const found = await Promise.all(Array.from({ length: 20 }, (_, i) => hold(i % 2 ? subject.db() : subject.other())))
      expect(found.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i))
    })

    it('tries again where two transactions lock crosswise', async () => {
      const [a, b] = [cidOf('cross a'), cidOf('cross b')]
      const { id } = await newAccount(subject.db())
      const both = (db: Db, first: string, second: string) =>
        db.write(async (w) => {
          await w.dags.lock(first, 1)
          await new Promise((resolve) => setTimeout(resolve, 20))
          await w.dags.lock(second, 1)
          return w.dags.hold(id, first)
        })
      await Promise.all([both(subject.db(), a, b), both(subject.other(), b, a)])
      expect((await subject.db().read((r) => r.dags.get(a)))?.holders).toBe(1)
      expect((await subject.db().read((r) => r.dags.get(b)))?.holders).toBe(1)
    })

    it('migrates once, also when several instances start at the same time', async () => {
      const place = await create()
      const instances = await Promise.all([place.open(), place.open(), place.open()])
      try {
        const applied = await Promise.all(instances.map((db) => db.migrate()))
        expect(applied.map((names) => names.length).sort((x, y) => x - y)).toEqual([0, 0, migrations.length])
        expect(await instances[0]!.migrate()).toEqual([])
        await newAccount(instances[1]!)
      } finally {
        for (const db of instances) await db.close()
        await place.remove()
      }
    })

    it('keeps what was written when it is opened again', async () => {
      const first = await subject.open()
      await first.write((w) => w.instance.set('kept', 'ü%_\\\'"😀'))
      await first.close()
      const second = await subject.open()
      try {
        expect(await second.read((r) => r.instance.get('kept'))).toBe('ü%_\\\'"😀')
      } finally {
        await second.close()
      }
    })
  })
}
