import { describe, expect, it } from 'vitest'
import type { EventFilter, Note } from '../../ports/db/index.ts'
import { newAccount } from './rows.ts'
import type { Subject } from './subject.ts'

const system = { kind: 'system' } as const
const byKey = { kind: 'key', id: 'k', name: 'laptop' } as const

export function eventContract(subject: Subject): void {
  describe('events', () => {
    it('lists newest first, of an account, of the instance and of all, by kind and page', async () => {
      const db = subject.db()
      const [{ id: a }, { id: b }] = [await newAccount(db), await newAccount(db)]
      const ids = await db.write(async (w) => [
        await w.events.insert({ accountId: a, kind: 'key.created', actor: byKey, at: 1, data: { name: 'ci', scopes: ['upload'] } }),
        await w.events.insert({ accountId: b, kind: 'key.created', actor: system, at: 2 }),
        await w.events.insert({ kind: 'settings.changed', actor: system, at: 3 }),
        await w.events.insert({ accountId: a, kind: 'key.revoked', actor: byKey, at: 4 }),
      ])
      expect(ids).toEqual([...ids].sort((x, y) => x - y))
      const list = (filter: EventFilter, limit = 10) => db.read(async (r) => (await r.events.list(filter, limit)).map(({ id }) => id))
      expect(await list({ accountId: a })).toEqual([ids[3], ids[0]])
      expect(await list({ accountId: a, before: ids[3] })).toEqual([ids[0]])
      expect(await list({ accountId: a, kinds: ['key.revoked'] })).toEqual([ids[3]])
      expect(await list({ accountId: null }, 1)).toEqual([ids[2]])
      expect(await list({}, 4)).toEqual(ids.toReversed())
      expect(await list({ kinds: ['key.created'] }, 2)).toEqual([ids[1], ids[0]])
      const [, , , first] = await db.read((r) => r.events.list({}, 4))
      expect(first).toEqual({ id: ids[0], accountId: a, kind: 'key.created', actor: byKey, at: 1, data: { name: 'ci', scopes: ['upload'] } })
      expect(await db.read(async (r) => [await r.events.lastId(), (await r.events.after(ids[1]!, 1)).map(({ id }) => id)])).toEqual([ids[3], [ids[2]]])
    })

    it('makes ids visible in their order, whoever writes', async () => {
      const { id } = await newAccount(subject.db())
      const seen: number[] = []
      let isDone = false
      let last = await subject.other().read((r) => r.events.lastId())
      const reading = (async () => {
        while (!isDone) {
          const found = await subject.other().read((r) => r.events.after(last, 1000))
          for (const event of found) if (event.accountId === id) seen.push(event.id)
          last = found.at(-1)?.id ?? last
        }
      })()
      const write = (at: number) => (at % 2 ? subject.db() : subject.other()).write((w) => w.events.insert({ accountId: id, kind: 'member.signed-in', actor: system, at }))
      const ids = await Promise.all(Array.from({ length: 40 }, (_, at) => write(at)))
      while (seen.length < ids.length) await new Promise((resolve) => setTimeout(resolve, 1))
      isDone = true
      await reading
      expect(seen).toEqual(ids.toSorted((x, y) => x - y))
    })

    it('tells of notes after the commit alone', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const heard: Note[] = []
      const stop = db.onNote((notes) => heard.push(...notes))
      const note: Note = { accountId: id, kind: 'pin.added', actor: byKey, at: 1 }
      await db.write(async (w) => {
        w.events.note(note)
        expect(heard).toEqual([])
      })
      await expect(db.write(async (w) => (w.events.note(note), Promise.reject(new Error('undone'))))).rejects.toThrow('undone')
      stop()
      await db.write(async (w) => w.events.note(note))
      expect(heard).toEqual([note])
    })

    it('writes what was gathered, in the place of what it goes on from', async () => {
      const db = subject.db()
      const { id: accountId } = await newAccount(db)
      const event = { accountId, kind: 'pin.added', actor: byKey, at: 1 } as const
      const [first, second] = await db.write((w) => w.events.gathered([{ ...event, data: { count: 1 } }, { ...event, kind: 'pin.removed' }]))
      const [third] = await db.write((w) => w.events.gathered([{ ...event, data: { count: 5 }, replaces: first }]))
      expect(await db.read(async (r) => (await r.events.list({ accountId }, 9)).map(({ id, data }) => [id, data]))).toEqual([[third, { count: 5 }], [second, {}]])
      expect(await db.write((w) => w.events.gathered([]))).toEqual([])
    })

    it('retires the oldest, by age and by number, and never the newest', async () => {
      const db = subject.db()
      const { id: accountId } = await newAccount(db)
      const far = 9e12
      while ((await db.write((w) => w.events.retire('audit', { before: far, keep: 0, limit: 1000 }))) > 0);
      while ((await db.write((w) => w.events.retire('activity', { before: far, keep: 0, limit: 1000 }))) > 0);
      expect(await db.read((r) => r.events.list({}, 10))).toHaveLength(1)
      for (let at = 1; at <= 6; at++) await db.write((w) => w.events.insert({ accountId, kind: 'key.created', actor: system, at }))
      const ats = async () => (await db.read((r) => r.events.list({ accountId }, 10))).map(({ at }) => at)
      await db.write((w) => w.events.retire('audit', { before: 3, keep: 100, limit: 1000 }))
      expect(await ats()).toEqual([6, 5, 4, 3])
      expect(await db.write((w) => w.events.retire('audit', { before: 0, keep: 2, limit: 1 }))).toBe(1)
      expect(await db.write((w) => w.events.retire('audit', { before: 0, keep: 2, limit: 10 }))).toBe(1)
      expect(await ats()).toEqual([6, 5])
    })
  })
}
