import { describe, expect, it } from 'vitest'
import type { Dag } from '../../ports/db/index.ts'
import type { Subject } from './subject.ts'
import { addPin, addUpload, cidOf, newAccount } from './rows.ts'

export function dagContract(subject: Subject): void {
  describe('dags', () => {
    it('makes a row at the first lock and keeps it', async () => {
      const cid = cidOf('locked')
      const fresh = { cid, state: 'partial', holders: 0, released: 5, visits: 0, visitBytes: 0, missingCount: 0, created: 5 }
      expect(await subject.db().write((w) => w.dags.lock(cid, 5))).toEqual(fresh)
      expect(await subject.db().write((w) => w.dags.lock(cid, 6))).toEqual(fresh)
      expect(await subject.db().read((r) => r.dags.get(cidOf('never seen')))).toBeUndefined()
    })

    it('replaces the missing list, in order, and drops it on completion', async () => {
      const db = subject.db()
      const cid = cidOf('gaps')
      const missing = Array.from({ length: 2500 }, (_, i) => ({ cid: cidOf(`gap ${i}`), path: `a/${i}` }))
      await db.write(async (w) => {
        await w.dags.setMissing(await w.dags.lock(cid, 1), [{ cid: 'old', path: 'old' }], 1)
        await w.dags.setMissing(await w.dags.lock(cid, 1), missing, 9000)
      })
      expect(await db.read((r) => r.dags.missing(cid, 2))).toEqual(missing.slice(0, 2))
      expect((await db.read((r) => r.dags.get(cid)))?.missingCount).toBe(9000)
      await db.write((w) => w.dags.setComplete(cid, { bytes: 2 ** 45, blocks: 7 }, 99))
      expect((await db.read((r) => r.dags.get(cid)))?.missingCount).toBe(0)
      expect(await db.read((r) => r.dags.get(cid))).toMatchObject({ state: 'complete', bytes: 2 ** 45, blocks: 7, completed: 99 })
    })

    it('keeps in mind that the root itself is missing', async () => {
      const db = subject.db()
      const cid = cidOf('nothing of it')
      const [root, below] = [{ cid, path: '' }, { cid: cidOf('below'), path: 'a' }]
      const missing = () => db.read((r) => r.dags.missing(cid, 2))
      const set = (one: typeof root) => db.write(async (w) => w.dags.setMissing(await w.dags.lock(cid, 1), [one], 1))
      await set(root)
      expect(await missing()).toEqual([root])
      await set(below)
      expect(await missing()).toEqual([below])
      await set(root)
      expect(await missing()).toEqual([root])
      await db.write((w) => w.dags.setComplete(cid, { bytes: 1, blocks: 1 }, 1))
      expect(await missing()).toEqual([])
    })

    it('lists held partial DAGs oldest first, page by page', async () => {
      const db = subject.db()
      const cids = Array.from({ length: 5 }, (_, i) => cidOf(`partial ${i}`))
      const { id } = await newAccount(db)
      await db.write(async (w) => {
        for (const [i, cid] of cids.entries()) {
          await w.dags.lock(cid, 1e12 - Math.floor(i / 2))
          if (i !== 0) await w.dags.hold(id, cid)
        }
      })
      const seen: string[] = []
      let after: Dag | undefined
      for (;;) {
        const page = await db.read((r) => r.dags.partial(2, after))
        seen.push(...page.map(({ cid }) => cid))
        if (page.length < 2) break
        after = page.at(-1)!
        // It goes before the next page is asked for.
        const { cid } = after
        if (!cids.includes(cid)) continue
        await db.write((w) => w.dags.release(id, cid, 1, 1))
        expect(await db.write((w) => w.dags.forget([cid], 1))).toBe(1)
      }
      const [, b, c, d, e] = cids as [string, string, string, string, string]
      expect(seen.filter((cid) => cids.includes(cid))).toEqual([e, ...[c, d].sort(), b])
      expect(new Set(seen).size).toBe(seen.length)
    })

    it('makes a row anew that goes while somebody waits for it', async () => {
      const db = subject.db()
      const cid = cidOf('forgotten')
      await db.write((w) => w.dags.lock(cid, 1))
      const forgotten = Promise.withResolvers<void>()
      const forgetting = db.write(async (w) => {
        expect(await w.dags.forget([cid], 1)).toBe(1)
        forgotten.resolve()
        await new Promise((resolve) => setTimeout(resolve, 100))
      })
      await forgotten.promise
      expect(await db.write((w) => w.dags.lock(cid, 5))).toMatchObject({ state: 'partial', created: 5 })
      await forgetting
    })

    it('counts visits, of all and of each account', async () => {
      const db = subject.db()
      const [a, b] = [cidOf('visited a'), cidOf('visited b')]
      const { id } = await newAccount(db)
      await db.write(async (w) => {
        await w.dags.lock(a, 1)
        await w.dags.lock(b, 1)
      })
      const none = { requests: 0, bytes: 0 }
      const visits = (requests: number, bytes: number, last: number, own?: number) => ({ requests, bytes, last, byAccount: new Map(own === undefined ? [] : [[id, { requests: own, bytes: own * 10, last }]]) })
      await db.write((w) => w.dags.addVisits(new Map([[a, visits(3, 2 ** 40, 70, 2)], [b, visits(4, 0, 71)], ['unknown', visits(5, 5, 5, 5)]])))
      await db.write((w) => w.dags.addVisits(new Map([[a, visits(1, 1, 60, 1)]])))
      expect(await db.read((r) => r.dags.get(a))).toMatchObject({ visits: 4, visitBytes: 2 ** 40 + 1, lastVisit: 70 })
      const found = await db.read((r) => r.dags.visits([b, a, a, 'unknown']))
      expect(found).toEqual(new Map([[a, { requests: 4, bytes: 2 ** 40 + 1, last: 70 }], [b, { requests: 4, bytes: 0, last: 71 }]]))
      expect(await db.read((r) => r.dags.visitsBy(id, a))).toEqual({ requests: 3, bytes: 30, last: 70 })
      expect(await db.read((r) => r.dags.visitsBy(id, b))).toEqual(none)
      // A row that goes takes its visits along.
      expect(await db.write((w) => w.dags.forget([a], 1))).toBe(1)
      expect(await db.read((r) => r.dags.visitsBy(id, a))).toEqual(none)
    })

    it('tells what readers have to know of a root', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const cid = cidOf('waits for a reader')
      const standing = () => db.read((r) => r.dags.standing(cid))
      expect(await standing()).toBeUndefined()
      const pinned = await addUpload(db, id, { roots: [{ cid, dag: cid }] })
      expect(await standing()).toEqual({ state: 'partial', holders: 0, unpinned: false })
      const unpinned = await addUpload(db, id, { roots: [{ cid: cidOf('another'), dag: cidOf('another'), unpinned: true }, { cid, dag: cid, name: 'n', unpinned: true }] })
      await db.write(async (w) => {
        await w.dags.hold(id, cid, { times: 3 })
        await w.dags.setComplete(cid, { bytes: 1, blocks: 1 }, 1)
      })
      expect(await standing()).toEqual({ state: 'complete', holders: 3, unpinned: true })
      expect(await db.read((r) => r.uploads.unpinned(cid, 10))).toEqual([{ cid, dag: cid, name: 'n', unpinned: true, uploadId: unpinned.id, position: 1, accountId: id }])
      const unread = () => db.read((r) => r.dags.unread([cid, cidOf('another'), cidOf('nowhere')]))
      expect(await unread()).toEqual(new Set([cid, cidOf('another')]))
      // Somebody who has it pinned, and who waits for it.
      await addPin(db, id, { dag: cid })
      await addPin(db, id, { dag: cidOf('another'), status: 'failed' })
      expect(await unread()).toEqual(new Set([cidOf('another')]))
      await db.write((w) => w.uploads.setPinned(unpinned.id, cid))
      expect(await standing()).toMatchObject({ unpinned: false })
      expect((await db.read((r) => r.uploads.list(id, { limit: 5 }))).find((upload) => upload.id === unpinned.id)?.roots.map((root) => root.unpinned)).toEqual([true, undefined])
      expect(await db.read((r) => r.uploads.unpinned(cid, 10))).toEqual([])
      expect(pinned.roots).toEqual([{ cid, dag: cid }])
    })

    it('lists every DAG in the order of their cids', async () => {
      const db = subject.db()
      const cids = Array.from({ length: 7 }, (_, i) => cidOf(`listed ${i}`))
      await db.write(async (w) => {
        for (const cid of cids) await w.dags.lock(cid, 1)
      })
      const seen: string[] = []
      for (let page = await db.read((r) => r.dags.list('', 3)); page.length > 0; page = await db.read((r) => r.dags.list(seen.at(-1)!, 3))) {
        expect(page.length).toBeLessThanOrEqual(3)
        seen.push(...page.map(({ cid }) => cid))
      }
      expect(seen.filter((cid) => cids.includes(cid))).toEqual(cids.toSorted())
      expect(new Set(seen).size).toBe(seen.length)
    })
  })
}
