import { describe, expect, it } from 'vitest'
import type { NameMatch, PinFilter, PinRequest } from '../../ports/db/index.ts'
import type { Subject } from './subject.ts'
import { addPin, addUpload, cidOf, insertPin, newAccount } from './rows.ts'

export function pinContract(subject: Subject): void {
  const names = async (accountId: string, filter: PinFilter): Promise<(string | undefined)[]> => {
    const { pins, count } = await subject.db().read((r) => r.pins.list(accountId, filter, 1000))
    expect(count).toBe(pins.length)
    return pins.map(({ name }) => name)
  }

  describe('pins', () => {
    it('returns what was stored, with what the DAG knows; absent stays absent', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const dag = cidOf('sized')
      const full = await addPin(db, id, { cid: 'QmAsWritten', dag, name: '', meta: { '': 'x', nul: 'a\u0000b' }, origins: ['/dns4/x'], status: 'failed', reason: 'r', uploadId: 'u' })
      const bare = await addPin(db, id, { dag })
      await db.write((w) => w.dags.setComplete(dag, { bytes: 10, blocks: 2 }, 1))
      const known = { bytes: 10, blocks: 2, visits: { requests: 0, bytes: 0 } }
      expect(await db.read((r) => r.pins.get(id, full.id))).toEqual({ ...full, ...known })
      expect((await db.read((r) => r.pins.list(id, {}, 5))).pins).toEqual([{ ...bare, ...known }, { ...full, ...known }])
      expect(await db.read((r) => r.pins.get('another', full.id))).toBeUndefined()
      expect(await db.read((r) => r.pins.list('another', {}, 5))).toEqual({ count: 0, pins: [] })
    })

    it('pages newest first; before and after are strict and count like filters, the limit does not', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const pins = await db.write(async (w) => {
        const made: PinRequest[] = []
        for (let i = 0; i < 25; i++) made.push(await insertPin(w, id, { name: `n${i}`, status: i % 5 === 0 ? 'failed' : 'pinned' }))
        return made
      })
      const seen: string[] = []
      for (let before: number | undefined; ; ) {
        const { pins: page, count } = await db.read((r) => r.pins.list(id, { before }, 10))
        expect(count).toBe(25 - seen.length)
        seen.push(...page.map((pin) => pin.id))
        if (page.length === 0) break
        before = page.at(-1)!.created
      }
      expect(seen).toEqual(pins.map((pin) => pin.id).reverse())
      expect(await names(id, { after: pins[20]!.created })).toEqual(['n24', 'n23', 'n22', 'n21'])
      expect(await names(id, { after: pins[3]!.created, before: pins[6]!.created })).toEqual(['n5', 'n4'])
      expect(await names(id, { statuses: ['failed'] })).toEqual(['n20', 'n15', 'n10', 'n5', 'n0'])
      const { pins: mixed } = await db.read((r) => r.pins.list(id, { statuses: ['failed', 'pinned', 'queued', 'failed'] }, 3))
      expect(mixed.map(({ name }) => name)).toEqual(['n24', 'n23', 'n22'])
    })

    it('matches names in four ways; % _ \\ quotes and emoji are literals; case folds alike everywhere', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      for (const name of ['100%', '100x', 'a_b', 'aXb', 'c\\d', "o'k\"", 'Ähre😀', 'ähre', 'STRASSE', 'straße', 'ΟΔΟΣ', 'οδος', '', undefined]) await addPin(db, id, { name })
      const cases: [NameMatch, string, (string | undefined)[]][] = [
        ['exact', '100%', ['100%']],
        ['exact', 'A_B', []],
        ['exact', '', ['']],
        ['partial', '%', ['100%']],
        ['partial', '_', ['a_b']],
        ['partial', '\\', ['c\\d']],
        ['partial', "'k\"", ["o'k\""]],
        ['partial', '😀', ['Ähre😀']],
        ['partial', 'A', ['STRASSE']],
        ['partial', 'x', ['100x']],
        ['ipartial', 'X', ['aXb', '100x']],
        ['ipartial', 'äHR', ['ähre', 'Ähre😀']],
        ['iexact', 'ÄHRE', ['ähre']],
        ['iexact', 'strasse', ['straße', 'STRASSE']],
        ['ipartial', 'ασ', []],
        ['ipartial', 'ος', ['οδος', 'ΟΔΟΣ']],
        ['iexact', 'A_B', ['a_b']],
      ]
      for (const [match, text, expected] of cases) expect(await names(id, { name: { text, match } }), `${match} ${text}`).toEqual(expected)
    })

    it('takes the longest names in any script, as they are and folded', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      // The second grows most when it is folded, to 1,530 bytes.
      const long = ['😀', 'ᾷ', 'ß'].map((character) => character.repeat(255))
      for (const name of long) await addPin(db, id, { name })
      for (const name of long) {
        for (const match of ['exact', 'iexact', 'partial', 'ipartial'] as const) expect(await names(id, { name: { text: name, match } }), match).toEqual([name])
      }
    })

    it('finds by DAG, by all pairs of meta, and by everything together', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const [a, b] = [cidOf('filter a'), cidOf('filter b')]
      const long = 'v'.repeat(5000)
      await addPin(db, id, { name: '1', dag: a, meta: { k: 'v', l: 'w' } })
      await addPin(db, id, { name: '2', dag: a, meta: { k: 'v' }, status: 'queued' })
      await addPin(db, id, { name: '3', dag: b, meta: { k: 'V', l: 'w', long } })
      await addPin(db, id, { name: '4', dag: b })
      await addPin(db, (await newAccount(db)).id, { name: 'foreign', dag: a, meta: { k: 'v' } })
      expect(await names(id, { meta: { k: 'v' } })).toEqual(['2', '1'])
      expect(await names(id, { meta: { k: 'v', l: 'w' } })).toEqual(['1'])
      expect(await names(id, { meta: { v: 'k' } })).toEqual([])
      expect(await names(id, { meta: { long } })).toEqual(['3'])
      expect(await names(id, { meta: {} })).toEqual(['4', '3', '2', '1'])
      expect(await names(id, { dags: [b] })).toEqual(['4', '3'])
      expect(await names(id, { dags: [a, b], statuses: ['pinned'], meta: { l: 'w' }, name: { text: '1', match: 'partial' } })).toEqual(['1'])
    })

    it('settles the waiting requests of a DAG, of all accounts', async () => {
      const db = subject.db()
      const [one, two] = [await newAccount(db), await newAccount(db)]
      const dag = cidOf('awaited')
      const queued = await addPin(db, one.id, { dag, status: 'queued', created: 10 })
      const pinning = await addPin(db, two.id, { dag, status: 'pinning', created: 9 })
      const failed = await addPin(db, one.id, { dag, status: 'failed', reason: 'late' })
      expect((await db.read((r) => r.pins.waiting(dag))).map(({ id }) => id)).toEqual([pinning.id, queued.id])
      expect(await db.write((w) => w.pins.fail(dag, { reason: 'why', ids: [queued.id, failed.id] }))).toEqual([one.id])
      expect(await db.read((r) => r.pins.get(one.id, queued.id))).toMatchObject({ status: 'failed', reason: 'why' })
      expect(await db.write((w) => w.pins.settle(dag, { status: 'pinned' }))).toEqual([two.id])
      expect((await db.read((r) => r.pins.get(two.id, pinning.id)))?.reason).toBeUndefined()
      expect((await db.read((r) => r.pins.get(one.id, failed.id)))?.reason).toBe('late')
      expect(await db.write((w) => w.pins.fail(dag, { reason: 'none waits' }))).toEqual([])
      await addPin(db, two.id, { dag, status: 'queued' })
      await addPin(db, two.id, { dag, status: 'pinning' })
      expect(await db.write((w) => w.pins.fail(dag, { reason: 'why', ids: [] }))).toEqual([])
      expect(await db.write((w) => w.pins.fail(dag, { reason: 'all' }))).toEqual([two.id, two.id])
    })

    it('puts off the deadline of what came with an upload and waits', async () => {
      const db = subject.db()
      const [{ id }, other] = [await newAccount(db), await newAccount(db)]
      const dag = cidOf('put off')
      const waits = { dag, status: 'queued', uploadId: 'u' } as const
      const pins = [
        await addPin(db, id, { ...waits, deadline: 5 }),
        await addPin(db, id, { ...waits, deadline: 500 }),
        await addPin(db, id, { ...waits, deadline: 5, uploadId: undefined }),
        await addPin(db, id, { ...waits, deadline: 5, status: 'failed' }),
        await addPin(db, other.id, { ...waits, deadline: 5 }),
      ]
      await db.write((w) => w.pins.prolong(id, dag, 100))
      const deadlines = await Promise.all(pins.map((pin) => db.read(async (r) => (await r.pins.get(pin.accountId, pin.id))?.deadline)))
      expect(deadlines).toEqual([100, 500, 5, 5, 5])
    })

    it('removes rows with their meta, alone and by upload', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const upload = await addUpload(db, id)
      const pin = await addPin(db, id, { meta: { k: 'v' } })
      const made = await addPin(db, id, { uploadId: upload.id })
      expect(await db.write((w) => w.pins.remove('another', pin.id))).toBeUndefined()
      expect(await db.write((w) => w.pins.remove(id, pin.id))).toEqual(pin)
      expect(await db.write((w) => w.pins.remove(id, pin.id))).toBeUndefined()
      expect(await db.write((w) => w.pins.removeOfUpload('another', upload.id))).toEqual([])
      expect(await db.write((w) => w.pins.removeOfUpload(id, upload.id))).toEqual([made])
      expect(await names(id, {})).toEqual([])
    })
  })
}
