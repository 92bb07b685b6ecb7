import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Db } from '../../ports/db/index.ts'
import type { Subject } from './subject.ts'
import { addPin, cidOf, newAccount } from './rows.ts'

export function holdingContract(subject: Subject): void {
  const dag = (cid: string) => subject.db().read((r) => r.dags.get(cid))
  const usage = (accountId: string) => subject.db().read((r) => r.usage.of(accountId))
  const name = () => cidOf(crypto.randomUUID())

  /** A complete DAG that was let go at that time. */
  async function letGo(released: number): Promise<string> {
    const cid = name()
    const { id } = await newAccount(subject.db())
    await subject.db().write(async (w) => {
      await w.dags.lock(cid, 1)
      await w.dags.setComplete(cid, { bytes: 5, blocks: 1 }, 1)
      await w.dags.hold(id, cid)
      await w.dags.release(id, cid, 1, released)
    })
    return cid
  }

  describe('holding', () => {
    it('remembers when the last holder went, and forgets it with the next', async () => {
      const [one, two] = [await newAccount(subject.db()), await newAccount(subject.db())]
      const cid = name()
      await subject.db().write(async (w) => {
        await w.dags.lock(cid, 1)
        for (const { id } of [one, one, two]) await w.dags.hold(id, cid)
      })
      expect(await dag(cid)).toMatchObject({ holders: 3 })
      expect((await dag(cid))?.released).toBeUndefined()
      expect(await subject.db().write((w) => w.dags.release(one.id, cid, 2, 7))).toBe(1)
      expect((await dag(cid))?.released).toBeUndefined()
      expect(await subject.db().write((w) => w.dags.release(two.id, cid, 1, 8))).toBe(0)
      expect(await dag(cid)).toMatchObject({ holders: 0, released: 8 })
      expect(await subject.db().write((w) => w.dags.release(two.id, cid, 0, 9))).toBe(0)
      expect((await dag(cid))?.released).toBe(8)
      await subject.db().write((w) => w.dags.hold(two.id, cid))
      expect(await subject.db().write((w) => w.dags.release(two.id, cid, 0, 9))).toBe(1)
      expect((await dag(cid))?.released).toBeUndefined()
    })

    it('never lets an account give up what it does not hold', async () => {
      const [one, two, none] = [await newAccount(subject.db()), await newAccount(subject.db()), await newAccount(subject.db())]
      const cid = name()
      await subject.db().write(async (w) => {
        await w.dags.lock(cid, 1)
        await w.dags.hold(one.id, cid)
        await w.dags.hold(two.id, cid)
      })
      for (const times of [2, 3]) await expect(subject.db().write((w) => w.dags.release(one.id, cid, times, 1))).rejects.toThrow()
      await expect(subject.db().write((w) => w.dags.release(none.id, cid, 1, 1))).rejects.toThrow()
      expect((await dag(cid))?.holders).toBe(2)
    })

    it('charges each root once an account, when it is complete', async () => {
      const [one, two] = [await newAccount(subject.db()), await newAccount(subject.db())]
      const [a, b] = [name(), name()]
      await subject.db().write(async (w) => {
        for (const cid of [a, b]) await w.dags.lock(cid, 1)
        for (const cid of [a, b, a]) await w.dags.hold(one.id, cid)
        await w.dags.hold(two.id, a)
      })
      expect(await usage(one.id)).toEqual({ bytes: 0, blocks: 0, dags: 2 })
      for (let times = 0; times < 2; times++) await subject.db().write((w) => w.dags.setComplete(a, { bytes: 2 ** 45, blocks: 3 }, 1))
      expect(await usage(one.id)).toEqual({ bytes: 2 ** 45, blocks: 3, dags: 2 })
      expect(await usage(two.id)).toEqual({ bytes: 2 ** 45, blocks: 3, dags: 1 })
      await subject.db().write((w) => w.dags.release(one.id, a, 1, 1))
      expect(await usage(one.id)).toEqual({ bytes: 2 ** 45, blocks: 3, dags: 2 })
      await subject.db().write((w) => w.dags.release(one.id, a, 1, 1))
      expect(await usage(one.id)).toEqual({ bytes: 0, blocks: 0, dags: 1 })
      expect((await usage(two.id)).bytes).toBe(2 ** 45)
      expect(await usage((await newAccount(subject.db())).id)).toEqual({ bytes: 0, blocks: 0, dags: 0 })
    })

    it('lists what nobody holds, longest ago first, page by page', async () => {
      const released = [1e11 + 3, 1e11 + 1, 1e11 + 2, 1e11 + 2, 1e11 + 4]
      const cids = await Promise.all(released.map(letGo))
      const expected = cids.map((cid, i) => ({ cid, released: released[i]! })).filter(({ released: at }) => at <= 1e11 + 3)
      const seen: typeof expected = []
      for (let page = await subject.db().read((r) => r.dags.unheld(1e11 + 3, 2)); page.length > 0; page = await subject.db().read((r) => r.dags.unheld(1e11 + 3, 2, seen.at(-1)))) seen.push(...page)
      expect(seen.filter(({ cid }) => cids.includes(cid))).toEqual(expected.toSorted((a, b) => a.released - b.released || (a.cid < b.cid ? -1 : 1)))
      expect(seen.map(({ released: at }) => at)).toEqual(seen.map(({ released: at }) => at).toSorted((a, b) => a - b))
    })

    it('gives up and forgets only what nobody has held since then', async () => {
      const db = subject.db()
      const [gone, held, later, wanted] = await Promise.all([letGo(10), letGo(10), letGo(11), letGo(10)])
      const { id } = await newAccount(db)
      await db.write(async (w) => {
        await w.dags.hold(id, held)
        await w.dags.setMissing(await w.dags.lock(gone, 10), [{ cid: 'm', path: '' }], 1)
      })
      const failed = await addPin(db, id, { dag: wanted, status: 'failed' })
      const all = [gone, held, later, wanted]
      await db.write((w) => w.dags.giveUp(all, 10))
      expect(await Promise.all(all.map(async (cid) => (await dag(cid))?.state))).toEqual(['partial', 'complete', 'complete', 'partial'])
      expect((await dag(gone))?.bytes).toBeUndefined()
      expect(await db.read((r) => r.dags.missing(gone, 5))).toEqual([])
      // Somebody looks meanwhile.
      await db.write(async (w) => w.dags.setMissing(await w.dags.lock(gone, 11), [{ cid: 'm', path: '' }], 1))
      await db.write((w) => w.dags.setComplete(wanted, { bytes: 1, blocks: 1 }, 1))
      expect(await db.write((w) => w.dags.forget(all, 10))).toBe(0)
      await db.write((w) => w.dags.giveUp(all, 10))
      expect(await db.write((w) => w.dags.forget(all, 10))).toBe(2)
      expect(await dag(gone)).toBeUndefined()
      const bare = await dag(wanted)
      expect(bare).toMatchObject({ holders: 0, state: 'partial' })
      expect(bare?.released).toBeUndefined()
      expect(await db.write((w) => w.dags.forget(all, 10))).toBe(0)
      await db.write(async (w) => {
        await w.pins.remove(id, failed.id)
        await w.dags.release(id, wanted, 0, 10)
      })
      expect(await db.write((w) => w.dags.forget(all, 10))).toBe(1)
      expect(await dag(wanted)).toBeUndefined()
      expect((await dag(later))?.state).toBe('complete')
    })

    it('keeps its counters equal to a recount, whatever happens in whatever order', async () => {
      const accounts = fc.nat({ max: 2 })
      const cids = fc.nat({ max: 3 })
      const step = fc.oneof(
        fc.record({ kind: fc.constant('hold' as const), account: accounts, cid: cids, times: fc.integer({ min: 1, max: 2 }) }),
        fc.record({ kind: fc.constant('release' as const), account: accounts, cid: cids, times: fc.integer({ min: 1, max: 3 }) }),
        fc.record({ kind: fc.constant('complete' as const), cid: cids, bytes: fc.nat(), blocks: fc.nat() }),
        fc.record({ kind: fc.constant('reclaim' as const), cid: cids }),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          const ids = [(await newAccount(subject.db())).id, (await newAccount(subject.db())).id, (await newAccount(subject.db())).id]
          const names = [name(), name(), name(), name()]
          const model = names.map(() => ({ holds: [0, 0, 0], size: undefined as { bytes: number; blocks: number } | undefined }))
          const run = (db: Db, one: (typeof steps)[number]) =>
            db.write(async (w) => {
              const cid = names[one.cid]!
              const known = model[one.cid]!
              await w.dags.lock(cid, 1)
              if (one.kind === 'hold') {
                await w.dags.hold(ids[one.account]!, cid, { times: one.times })
                known.holds[one.account]! += one.times
              } else if (one.kind === 'release' && known.holds[one.account]! >= one.times) {
                await w.dags.release(ids[one.account]!, cid, one.times, 1)
                known.holds[one.account]! -= one.times
              } else if (one.kind === 'complete') {
                await w.dags.setComplete(cid, one, 1)
                known.size ??= one
              } else if (one.kind === 'reclaim') {
                await w.dags.giveUp([cid], 1)
                await w.dags.forget([cid], 1)
                if (known.holds.every((holds) => holds === 0)) known.size = undefined
              }
            })
          for (const [i, one] of steps.entries()) await run(i % 2 ? subject.db() : subject.other(), one)
          for (const [i, id] of ids.entries()) {
            const held = model.filter(({ holds }) => holds[i]! > 0)
            const sum = (of: 'bytes' | 'blocks') => held.reduce((total, { size }) => total + (size?.[of] ?? 0), 0)
            expect(await usage(id)).toEqual({ bytes: sum('bytes'), blocks: sum('blocks'), dags: held.length })
          }
          for (const [i, { holds }] of model.entries()) expect((await dag(names[i]!))?.holders ?? 0).toBe(holds.reduce((a, b) => a + b))
        }),
        { numRuns: 25 },
      )
    })
  })
}
