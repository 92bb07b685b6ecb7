import { describe, expect, it } from 'vitest'
import type { Subject } from './subject.ts'
import { addPin, newAccount } from './rows.ts'

export function loadContract(subject: Subject): void {
  describe('load', () => {
    it('counts the pin requests of all accounts by status', async () => {
      const before = await subject.db().read((r) => r.load.pins())
      const db = subject.db()
      for (const status of ['queued', 'pinned', 'pinned', 'failed'] as const) await addPin(db, (await newAccount(db)).id, { status })
      expect(await subject.db().read((r) => r.load.pins())).toEqual({ ...before, queued: before.queued + 1, pinned: before.pinned + 2, failed: before.failed + 1 })
    })

    it('has a clock', async () => {
      expect(Math.abs((await subject.db().read((r) => r.load.clock())) - Date.now())).toBeLessThan(60_000)
    })

    it('counts jobs up to a limit, and tells since when the first that is due waits', async () => {
      const load = (limit = 100) => subject.db().read((r) => r.load.jobs('load', 50, limit))
      expect(await load()).toEqual({ due: 0, later: 0, dead: 0 })
      await subject.db().write(async (w) => {
        for (const [i, runAt] of [10, 20, 30, 60].entries()) await w.jobs.enqueue({ kind: 'load', key: `${i}`, runAt })
        const [first] = await w.jobs.claim({ kinds: ['load'], owner: 'o', now: 50, until: 90, limit: 1 })
        await w.jobs.bury(first!, 'o', 'no')
        await w.jobs.claim({ kinds: ['load'], owner: 'o', now: 20, until: 90, limit: 1 })
      })
      expect(await load()).toEqual({ due: 1, later: 2, dead: 1, oldest: 30 })
      expect(await load(1)).toMatchObject({ due: 1, later: 1, dead: 1 })
    })
  })
}
