import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Db } from '../../ports/db/index.ts'
import type { Place, Subject } from './subject.ts'

/** In a place of its own: there is one reclaim for a whole database. */
export function relianceContract(_: Subject, create: () => Promise<Place>): void {
  describe('reliance', () => {
    let place: Place
    let db: Db
    let other: Db
    beforeAll(async () => {
      place = await create()
      ;[db, other] = [await place.open(), await place.open()]
      await db.migrate()
    })
    afterAll(async () => {
      await db?.close()
      await other?.close()
      await place?.remove()
    })
    const begin = (id: string, horizon: number, deadAfter = 60_000, lease = 60_000) => db.write((w) => w.reliance.beginReclaim({ id, process: 'me', horizon, lease, deadAfter }))

    it('a process begins above everybody who is there', async () => {
      expect(await db.write((w) => w.reliance.join('a', 50))).toBe(50)
      expect(await db.write((w) => w.reliance.join('b', 20))).toBe(50)
      expect(await db.write((w) => w.reliance.beat('a', 90))).toBe(90)
      expect(await other.write((w) => w.reliance.join('c', 20))).toBe(90)
      expect((await db.read((r) => r.reliance.seenWithin(60_000))).toSorted()).toEqual(['a', 'b', 'c'])
      for (const id of ['a', 'b', 'c']) await db.write((w) => w.reliance.leave(id))
      expect(await db.write((w) => w.reliance.beat('a', 100))).toBeUndefined()
    })

    it('one reclaim at a time, with a cutoff below what anybody relies on', async () => {
      await db.write((w) => w.reliance.join('me', 300))
      await other.write((w) => w.reliance.join('far', 200))
      expect(await begin('run 1', 400)).toBe(300)
      expect(await begin('run 2', 400)).toBeUndefined()
      expect(await other.write((w) => w.reliance.extendReclaim('run 2', 1000))).toBe(false)
      expect(await other.write((w) => w.reliance.extendReclaim('run 1', 60_000))).toBe(true)
      await db.write((w) => w.reliance.endReclaim('run 2'))
      expect(await begin('run 3', 400)).toBeUndefined()
      await db.write((w) => w.reliance.endReclaim('run 1'))
      expect(await begin('run 4', 250, 60_000, -1)).toBe(250)
      expect(await begin('run 5', 240)).toBe(240)
      expect(await db.write((w) => w.reliance.extendReclaim('run 4', 1000))).toBe(false)
      await db.write((w) => w.reliance.endReclaim('run 5'))
    })

    it('who joins during a reclaim begins above its cutoff; who was not seen is given up', async () => {
      for (const id of ['me', 'far']) await db.write((w) => w.reliance.leave(id))
      expect(await begin('run 6', 1000)).toBe(1000)
      expect(await other.write((w) => w.reliance.join('late', 5))).toBe(1000)
      await db.write((w) => w.reliance.endReclaim('run 6'))
      expect(await begin('run 7', 2000, -1000)).toBe(2000)
      expect(await other.write((w) => w.reliance.beat('late', 2500))).toBeUndefined()
      expect(await db.read((r) => r.reliance.seenWithin(60_000))).toEqual([])
      await db.write((w) => w.reliance.endReclaim('run 7'))
    })
  })
}
