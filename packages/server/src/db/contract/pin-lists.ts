import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Db, NameMatch, PinFilter, PinRequest, PinStatus, Writer } from '../../ports/db/index.ts'
import { fold } from '../fold.ts'
import type { Subject } from './subject.ts'
import { cidOf, newAccount } from './rows.ts'

const statuses = ['queued', 'pinning', 'pinned', 'failed'] as const
const names = ['alpha', 'Alpha', 'beta-alpha', '100%_x', 'Ähre 😀', 'ähre', 'straße', '', undefined] as const
const parts = ['a', 'A', 'alpha', '%', '_', 'äh', '😀', 'SS', 'ß', '-', 'absent', ''] as const

export function pinListContract(subject: Subject): void {
  const cids = Array.from({ length: 12 }, (_, i) => cidOf(`listed ${i}`))

  describe('lists of pins', () => {
    it('agree with a plain look at every request, whatever was written before and whatever is asked', async () => {
      const model = await written(subject.db(), 2100, 2100)
      const stamps = model.all().map(({ created }) => created)
      expect(stamps.length).toBeGreaterThan(1000)
      await fc.assert(fc.asyncProperty(filterOf(stamps, cids), fc.integer({ min: 1, max: 30 }), (filter, limit) => agree(subject.db(), model, filter, limit)), { numRuns: 150 })
      expect(await subject.db().read((r) => r.pins.tally(model.accountId))).toEqual(
        Object.fromEntries(statuses.map((status) => [status, model.all().filter((pin) => pin.status === status).length])),
      )
    }, 120_000)

    it('agree when what is in memory by now was removed since, until nothing is left', async () => {
      const model = await written(subject.db(), 1300, 0)
      const look = async () => {
        for (const name of [undefined, { text: 'a', match: 'partial' }, { text: 'A', match: 'ipartial' }] as const) {
          for (const rest of [{}, { meta: { k: '1' } }, { statuses: ['pinned'] as const, after: 10_500, before: 12_000 }]) await agree(subject.db(), model, { name, ...rest }, 20)
        }
      }
      await look()
      for (const uploadId of ['0', '1', '2']) {
        await subject.other().write((w) => model.removeOfUpload(w, uploadId))
        await look()
        // One of the past, among what is in memory.
        await subject.other().write((w) => model.add(w, { created: 10_701 + 2 * Number(uploadId), name: 'alpha', uploadId: '2' }))
        await look()
      }
      await subject.other().write((w) => model.removeOfUpload(w, '2'))
      await look()
      expect(model.all()).toEqual([])
    }, 120_000)

    it('stay exact where writers of two instances meet', async () => {
      const accounts = [await newAccount(subject.db()), await newAccount(subject.db())]
      const own = cids.map((_, i) => cidOf(`met ${accounts[0]!.id} ${i}`))
      const work = Array.from({ length: 80 }, (_, i) => async () => {
        const db = i % 2 ? subject.db() : subject.other()
        const dag = own[i % own.length]!
        const { id } = accounts[i % 3 === 0 ? 0 : 1]!
        await db.write(async (w) => {
          await w.dags.lock(dag, 1)
          await w.dags.hold(id, dag)
          const created = await w.accounts.nextStamp(id, 1000)
          const pin: PinRequest = { id: crypto.randomUUID(), accountId: id, cid: dag, dag, name: `n${i}`, meta: { k: `${i % 2}` }, origins: [], status: 'queued', deadline: 1, created }
          await w.pins.insert(pin)
        })
        if (i % 4 === 0) await db.write(async (w) => void (await w.dags.lock(dag, 1), await w.pins.settle(dag, { status: i % 8 ? 'pinned' : 'pinning' })))
        if (i % 7 === 0) await db.write(async (w) => void (await w.dags.lock(dag, 1), await w.pins.fail(dag, { reason: 'x' })))
        const { pins } = await db.read((r) => r.pins.list(id, { dags: [dag] }, 1))
        if (i % 5 === 0 && pins[0]) await db.write((w) => w.pins.remove(id, pins[0]!.id))
      })
      await Promise.all(work.map((one) => one()))
      for (const { id } of accounts) {
        const { pins } = await subject.db().read((r) => r.pins.list(id, {}, 1000))
        const model = { accountId: id, all: () => pins }
        for (const status of statuses) {
          for (const rest of [{}, { after: pins[5]!.created }, { name: { text: 'n', match: 'partial' as const } }, { meta: { k: '1' } }, { dags: own }]) {
            await agree(subject.db(), model, { statuses: [status], ...rest }, 50)
          }
        }
      }
    }, 120_000)
  })
}

interface Model {
  accountId: string
  all(): PinRequest[]
  add(w: Writer, pin: Pick<PinRequest, 'created'> & Partial<PinRequest>): Promise<void>
  remove(w: Writer, pin: PinRequest): Promise<void>
  removeOfUpload(w: Writer, uploadId: string): Promise<void>
}

/**
 * An account with a past: requests of every kind, some of them settled or failed since, and of the first so many also removed. A few of those, and
 * of the first 600, have older stamps than what was there before them.
 */
async function written(db: Db, count: number, unruly: number): Promise<Model> {
  const { id: accountId } = await newAccount(db)
  const pins = new Map<string, PinRequest>()
  const own = Array.from({ length: 12 }, (_, i) => cidOf(`listed ${i}`))
  const model: Model = {
    accountId,
    all: () => [...pins.values()].toSorted((a, b) => b.created - a.created),
    async add(w, change) {
      const pin: PinRequest = { id: crypto.randomUUID(), accountId, cid: own[0]!, dag: own[0]!, origins: [], status: 'pinned', deadline: 1, ...change }
      await w.pins.insert(pin)
      pins.set(pin.id, pin)
    },
    async remove(w, pin) {
      expect((await w.pins.remove(accountId, pin.id))?.id).toBe(pin.id)
      pins.delete(pin.id)
    },
    async removeOfUpload(w, uploadId) {
      for (const { id } of await w.pins.removeOfUpload(accountId, uploadId)) pins.delete(id)
    },
  }
  const settled = (dag: string, status: PinStatus) => {
    for (const pin of pins.values()) if (pin.dag === dag && (pin.status === 'queued' || pin.status === 'pinning')) pin.status = status
  }
  // Stamps by twos, so that others fit between.
  const stamps = Array.from({ length: count }, (_, i) => (i % 50 === 49 && i < Math.max(unruly, 600) ? 10_001 + 2 * (i - 600) : 10_000 + 2 * i))
  for (let at = 0; at < count; at += 300) {
    await db.write(async (w) => {
      for (const dag of own) await w.dags.lock(dag, 1)
      for (const [i, created] of stamps.slice(at, at + 300).entries()) {
        const n = at + i
        const meta = n % 3 === 0 ? { k: `${n % 2}`, ...(n % 5 === 0 && { l: 'x' }) } : undefined
        const dag = own[(n * 7) % own.length]!
        await model.add(w, { cid: dag, dag, name: names[n % names.length], meta, status: statuses[(n * 11) % 4]!, created, uploadId: `${n % 3}` })
      }
      const turn = at / 300
      if (turn % 3 === 0) {
        await w.pins.settle(own[turn % 12]!, { status: 'pinned' })
        settled(own[turn % 12]!, 'pinned')
      } else if (turn % 3 === 1) {
        await w.pins.fail(own[turn % 12]!, { reason: 'x' })
        settled(own[turn % 12]!, 'failed')
      }
      // Most of the first span, all of the second, a few of the third; of those out of order none.
      const goes = (n: number) => Number.isInteger(n) && (n < 1000 ? n % 4 > 0 : n < 2100 || n % 9 === 0)
      if (turn > 3 && at < unruly) for (const pin of [...pins.values()].filter(({ created }) => created < 10_000 + 600 * (turn - 2) && goes((created - 10_000) / 2)).slice(0, 400)) await model.remove(w, pin)
    })
  }
  return model
}

async function agree(db: Db, { accountId, all }: Pick<Model, 'accountId' | 'all'>, filter: PinFilter, limit: number): Promise<void> {
  const expected = all().filter((pin) => passes(pin, filter))
  const { count, pins } = await db.read((r) => r.pins.list(accountId, filter, limit))
  expect({ filter, count, ids: pins.map(({ id }) => id) }).toEqual({ filter, count: expected.length, ids: expected.slice(0, limit).map(({ id }) => id) })
}

function passes(pin: PinRequest, { dags, statuses: some, name, meta, before = Infinity, after = -Infinity }: PinFilter): boolean {
  if (dags && !dags.includes(pin.dag)) return false
  if (some && !some.includes(pin.status)) return false
  if (name && !nameMatches(pin.name, name.text, name.match)) return false
  if (meta && !Object.entries(meta).every(([key, value]) => pin.meta?.[key] === value)) return false
  return pin.created < before && pin.created > after
}

function nameMatches(name: string | undefined, text: string, match: NameMatch): boolean {
  // A part that is empty asks for nothing.
  if (name === undefined) return text === '' && match.endsWith('partial')
  if (match === 'exact') return name === text
  if (match === 'partial') return name.includes(text)
  return match === 'iexact' ? fold(name) === fold(text) : fold(name).includes(fold(text))
}

function filterOf(stamps: readonly number[], cids: readonly string[]): fc.Arbitrary<PinFilter> {
  const stamp = fc.record({ at: fc.constantFrom(...stamps), by: fc.integer({ min: -1, max: 1 }) }).map(({ at, by }) => at + by)
  const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 1 })
  return fc.record({
    statuses: some(fc.subarray([...statuses], { minLength: 1 })),
    dags: some(fc.subarray([...cids], { minLength: 1, maxLength: 4 })),
    name: some(fc.record({ text: fc.constantFrom(...parts, 'beta-alpha', '100%_x'), match: fc.constantFrom<NameMatch>('exact', 'iexact', 'partial', 'ipartial') })),
    meta: some(fc.constantFrom<Record<string, string>>({}, { k: '1' }, { k: '0', l: 'x' }, { l: 'y' })),
    before: some(stamp),
    after: some(stamp),
  })
}
