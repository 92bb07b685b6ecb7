import { describe, expect, it } from 'vitest'
import type { Job } from '../../ports/db/index.ts'
import type { Subject } from './subject.ts'

export function jobContract(subject: Subject): void {
  const enqueue = (kind: string, key: string, runAt: number, payload?: unknown) => subject.db().write((w) => w.jobs.enqueue({ kind, key, runAt, payload }))
  const claim = (kind: string, owner: string, now: number, { until = now + 100, limit = 10 } = {}) =>
    subject.db().write((w) => w.jobs.claim({ kinds: [kind], owner, now, until, limit }))
  const only = async (kind: string, owner: string, now: number): Promise<Job> => {
    const jobs = await claim(kind, owner, now)
    expect(jobs).toHaveLength(1)
    return jobs[0]!
  }
  const byKey = (kind: string, key: string) => subject.db().read((r) => r.jobs.byKey(kind, key))

  describe('jobs', () => {
    it('gives due jobs, oldest first, of the kinds asked for', async () => {
      await enqueue('order-a', 'late', 30)
      await enqueue('order-b', 'first', 10, { deep: [1, null] })
      await enqueue('order-a', 'second', 20)
      await enqueue('order-c', 'other', 1)
      const jobs = await subject.db().write((w) => w.jobs.claim({ kinds: ['order-a', 'order-b'], owner: 'o', now: 25, until: 99, limit: 5 }))
      expect(jobs.map(({ key, attempts, wanted, payload }) => ({ key, attempts, wanted, payload }))).toEqual([
        { key: 'first', attempts: 1, wanted: 1, payload: { deep: [1, null] } },
        { key: 'second', attempts: 1, wanted: 1, payload: undefined },
      ])
    })

    it('never gives one job to two who ask at the same time', async () => {
      await subject.db().write(async (w) => {
        for (let i = 0; i < 40; i++) await w.jobs.enqueue({ kind: 'raced', key: `${i}`, runAt: 1 })
      })
      const askers = Array.from({ length: 16 }, (_, i) => (i % 2 ? subject.db() : subject.other()))
      const given = await Promise.all(askers.map((db, i) => db.write((w) => w.jobs.claim({ kinds: ['raced'], owner: `${i}`, now: 5, until: 1e12, limit: 5 }))))
      const keys = given.flat().map(({ key }) => key)
      expect(new Set(keys).size).toBe(keys.length)
      const rest = await claim('raced', 'rest', 5, { until: 1e12, limit: 40 })
      expect(keys.length + rest.length).toBe(40)
    })

    it('gives a job again when its lease ran out; the first owner has lost it', async () => {
      await enqueue('lease', 'k', 1)
      const first = await only('lease', 'a', 10)
      expect(await claim('lease', 'b', 109)).toEqual([])
      expect(await subject.db().write((w) => w.jobs.extend(first.id, 'a', 200))).toBe(true)
      expect(await claim('lease', 'b', 199)).toEqual([])
      const second = await only('lease', 'a', 200)
      expect(second.attempts).toBe(2)
      const lost = await subject.db().write(async (w) => [
        await w.jobs.finish(first, 'a', 201),
        await w.jobs.retry(first, 'a', { runAt: 201 }),
        await w.jobs.bury(first, 'a', 'x'),
        await w.jobs.extend(first.id, 'b', 999),
      ])
      expect(lost).toEqual([false, false, false, false])
      expect(await subject.db().write((w) => w.jobs.finish(second, 'a', 201))).toBe(true)
      expect(await byKey('lease', 'k')).toBeUndefined()
    })

    it('ends all leases for the one who is alone', async () => {
      await enqueue('alone', 'k', 1)
      const dead = await only('alone', 'dead', 10)
      expect(await subject.db().write((w) => w.jobs.releaseAll(11))).toBeGreaterThan(0)
      const job = await only('alone', 'alive', 11)
      expect(job).toMatchObject({ key: 'k', attempts: 2 })
      expect(await subject.db().write((w) => w.jobs.finish(dead, 'dead', 12))).toBe(false)
      expect(await subject.db().write((w) => w.jobs.finish(job, 'alive', 12))).toBe(true)
    })

    it('runs again what was enqueued while it ran', async () => {
      await enqueue('again', 'k', 1)
      const first = await only('again', 'a', 10)
      await enqueue('again', 'k', 12)
      expect(await claim('again', 'b', 13)).toEqual([])
      expect(await subject.db().write((w) => w.jobs.finish(first, 'a', 15))).toBe(true)
      const second = await only('again', 'b', 15)
      expect(second).toMatchObject({ attempts: 1, wanted: 2 })
      expect(await subject.db().write((w) => w.jobs.finish(second, 'b', 16))).toBe(true)
      expect(await byKey('again', 'k')).toBeUndefined()
    })

    it('is due again when it was asked for while it ran, not sooner', async () => {
      await enqueue('later', 'k', 1)
      const first = await only('later', 'a', 10)
      await enqueue('later', 'k', 500)
      await enqueue('later', 'k', 400)
      expect(await subject.db().write((w) => w.jobs.finish(first, 'a', 15))).toBe(true)
      expect(await byKey('later', 'k')).toMatchObject({ attempts: 0, runAt: 400 })
    })

    it('waits after a retry, but no longer than what was enqueued meanwhile asks for', async () => {
      await enqueue('retry', 'k', 1)
      const first = await only('retry', 'a', 10)
      await subject.db().write((w) => w.jobs.retry(first, 'a', { runAt: 500, error: 'why' }))
      expect(await byKey('retry', 'k')).toMatchObject({ attempts: 1, runAt: 500, error: 'why' })
      expect(await claim('retry', 'a', 499)).toEqual([])
      const second = await only('retry', 'a', 500)
      await enqueue('retry', 'k', 510)
      await enqueue('retry', 'k', 505)
      await subject.db().write((w) => w.jobs.retry(second, 'a', { runAt: 9000, refund: true }))
      expect(await byKey('retry', 'k')).toMatchObject({ attempts: 1, runAt: 505 })
    })

    it('brings forward what is enqueued again, never puts it off', async () => {
      await enqueue('sooner', 'k', 100, 'old')
      await enqueue('sooner', 'k', 50, 'new')
      await enqueue('sooner', 'k', 80)
      expect(await byKey('sooner', 'k')).toMatchObject({ runAt: 50, wanted: 3, payload: 'new' })
    })

    it('keeps a buried job from running until it is enqueued', async () => {
      await enqueue('bury', 'k', 1)
      const first = await only('bury', 'a', 10)
      expect(await subject.db().write((w) => w.jobs.bury(first, 'a', 'hopeless'))).toBe(true)
      const job = (await byKey('bury', 'k'))!
      expect(await subject.db().read((r) => r.jobs.buried(['never', 'bury'], 10))).toEqual([job])
      expect(await subject.db().read((r) => r.jobs.buried(['bury'], 0))).toEqual([])
      expect(job.error).toBe('hopeless')
      expect(await claim('bury', 'a', 1e9)).toEqual([])
      const before = await subject.db().read((r) => r.jobs.count())
      expect(before.dead).toBeGreaterThan(0)
      await enqueue('bury', 'k', 20)
      expect(await byKey('bury', 'k')).toMatchObject({ attempts: 0, runAt: 20, error: undefined })
      expect(await subject.db().read((r) => r.jobs.count())).toEqual({ ...before, dead: before.dead - 1, ready: before.ready + 1 })
    })

    it('does not bury what was enqueued while it ran', async () => {
      await enqueue('unburied', 'k', 1)
      const job = await only('unburied', 'a', 10)
      await enqueue('unburied', 'k', 11)
      expect(await subject.db().write((w) => w.jobs.bury(job, 'a', 'x'))).toBe(true)
      expect((await only('unburied', 'a', 11)).attempts).toBe(1)
    })

    it('undoes an enqueue with its transaction', async () => {
      const failing = subject.db().write(async (w) => {
        await w.jobs.enqueue({ kind: 'undone', key: 'k', runAt: 1 })
        throw new Error('no')
      })
      await expect(failing).rejects.toThrow('no')
      expect(await byKey('undone', 'k')).toBeUndefined()
    })

    it('calls listeners of every instance soon after a commit', async () => {
      const heard = { own: 0, other: 0 }
      const stops = [subject.db().onJob(() => heard.own++), subject.other().onJob(() => heard.other++)]
      await expect.poll(async () => {
        await enqueue('heard', crypto.randomUUID(), 1)
        return heard.own > 0 && heard.other > 0
      }, { timeout: 5000 }).toBe(true)
      stops.forEach((stop) => stop())
      const silent = { ...heard }
      await enqueue('heard', crypto.randomUUID(), 1)
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect(heard).toEqual(silent)
    })
  })
}
