import { describe, expect, it } from 'vitest'
import type { FetchState } from '../../ports/db/index.ts'
import type { Subject } from './subject.ts'
import { addPin, cidOf, newAccount } from './rows.ts'

export function fetchContract(subject: Subject): void {
  const stateOf = (dag: string, change: Partial<FetchState> = {}): FetchState => ({
    dag, reason: 'why', blocks: 2 ** 40, bytes: 2 ** 50, missing: 3, tries: 1, updated: 7,
    attempts: [{ address: '/ip4/127.0.0.1/tcp/1/p2p/x', state: 'failed', reason: 'no\u0000', blocks: 0, missing: 2 }],
    ...change,
  })
  const known = async (name: string) => {
    const dag = cidOf(name)
    await subject.db().write((w) => w.dags.lock(dag, 1))
    return dag
  }

  describe('fetches', () => {
    it('keeps one row a DAG, shown with each request that is not pinned; what is no DAG here is passed over', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const dag = await known('fetched')
      const queued = await addPin(db, id, { dag, status: 'queued' })
      const pinned = await addPin(db, id, { dag, status: 'pinned' })
      await db.write((w) => w.fetches.put([stateOf(dag), stateOf(cidOf('never heard of'))]))
      await db.write((w) => w.fetches.put([stateOf(dag, { tries: 2, nextTry: 9e12 })]))
      const state = stateOf(dag, { tries: 2, nextTry: 9e12 })
      expect(await db.read((r) => r.fetches.get(dag))).toEqual(state)
      expect(await db.read((r) => r.fetches.get(cidOf('never heard of')))).toBeUndefined()
      expect((await db.read((r) => r.pins.get(id, queued.id)))?.fetch).toEqual(state)
      expect((await db.read((r) => r.pins.get(id, pinned.id)))?.fetch).toBeUndefined()
      await db.write((w) => w.fetches.remove(dag))
      expect(await db.read((r) => r.fetches.get(dag))).toBeUndefined()
    })

    it('tells which states were written since, to those who wait for them', async () => {
      const db = subject.db()
      const [one, two] = [await newAccount(db), await newAccount(db)]
      const [a, b] = [await known('changed a'), await known('changed b')]
      await addPin(db, one.id, { dag: a, status: 'queued' })
      await addPin(db, one.id, { dag: b, status: 'pinning' })
      await addPin(db, two.id, { dag: b, status: 'queued' })
      const now = 8e12
      await db.write((w) => w.fetches.put([stateOf(a, { updated: now + 1 }), stateOf(b, { updated: now + 2 })]))
      const changed = async (since: number, ...accounts: string[]) => {
        const { until, changed: found } = await db.read((r) => r.fetches.changed(since, accounts))
        return [until, accounts.map((account) => found.get(account)?.toSorted())]
      }
      expect(await changed(now, one.id, two.id)).toEqual([now + 2, [[a, b].toSorted(), [b]]])
      expect(await changed(now + 1, one.id)).toEqual([now + 2, [[b]]])
      expect(await changed(now + 2, one.id)).toEqual([now + 2, [undefined]])
    })

    it('knows who waits, and who has waited too long', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const dag = await known('waited for')
      const waiters = () => db.read((r) => r.fetches.waiters(dag))
      expect(await waiters()).toEqual({ any: false, wanted: 0 })
      const late = await addPin(db, id, { dag, status: 'pinning', deadline: 50 })
      await addPin(db, id, { dag, status: 'queued', deadline: 60 })
      await addPin(db, id, { dag, status: 'failed', deadline: 10 })
      const ask = () => db.write((w) => w.jobs.enqueue({ kind: 'fetch-dag', key: dag, runAt: 9e12 }))
      await ask()
      expect(await waiters()).toEqual({ any: true, wanted: 1 })
      await ask()
      expect(await waiters()).toEqual({ any: true, wanted: 2 })
      expect(await db.read((r) => r.fetches.firstDeadline(dag))).toBe(50)
      expect(await db.read((r) => r.fetches.firstDeadline(cidOf('nobody')))).toBeUndefined()
      expect(await db.read((r) => r.fetches.overdue(dag, 49, 10))).toEqual([])
      expect(await db.read((r) => r.fetches.overdue(dag, 50, 10))).toEqual([late.id])
    })

    it('gives the addresses of those who wait; one long list leaves room for others', async () => {
      const db = subject.db()
      const { id } = await newAccount(db)
      const dag = await known('with origins')
      await addPin(db, id, { dag, status: 'queued', origins: ['/a/1', '/a/2', '/a/3', '/a/4'] })
      await addPin(db, id, { dag, status: 'pinning', origins: ['/b/1', '/a/2'] })
      await addPin(db, id, { dag, status: 'queued' })
      await addPin(db, id, { dag, status: 'failed', origins: ['/c/1'] })
      expect(await db.read((r) => r.fetches.origins(dag, 4))).toEqual(['/b/1', '/a/1', '/a/2', '/a/3'])
    })

    it('brings forward what waits for its next try, and not what runs', async () => {
      const db = subject.db()
      const dags = await Promise.all(['soon', 'later', 'runs', 'last'].map((name) => known(`hastened ${name}`)))
      const far = 8e15
      await db.write(async (w) => {
        for (const [i, key] of dags.entries()) {
          await w.jobs.enqueue({ kind: 'fetch-dag', key, runAt: i === 2 ? 1 : far + i })
          await w.fetches.put([stateOf(key, { nextTry: far + i })])
        }
      })
      await db.write((w) => w.jobs.claim({ kinds: ['fetch-dag'], owner: 'o', now: 1, until: far, limit: 100 }))
      expect(await db.write((w) => w.fetches.hasten(far - 1, 3))).toBe(2)
      const due = await Promise.all(dags.map((dag) => db.read(async (r) => (await r.jobs.byKey('fetch-dag', dag))!.runAt)))
      expect(due).toEqual([far - 1, far - 1, far, far + 3])
    })
  })

  describe('jobs by turns', () => {
    const enqueue = (kind: string, lane: string, key: string, runAt = 1) => subject.db().write((w) => w.jobs.enqueue({ kind, key, runAt, lane }))
    const claim = async (kind: string, limit: number, { after = '', admits = () => true, now = 10 }: { after?: string; admits?: (lane: string, rank: number) => boolean; now?: number } = {}) => {
      const { jobs, last } = await subject.db().write((w) => w.jobs.claimInTurn({ kind, owner: 'o', now, until: now + 100, limit, after, admits }))
      return { jobs, keys: jobs.map(({ key }) => key), last }
    }

    it('gives one of each lane before a second of any, beginning behind the one served last', async () => {
      for (let i = 0; i < 50; i++) await enqueue('turns', 'b', `b${i}`, i)
      await enqueue('turns', 'a', 'a0', 9)
      await enqueue('turns', 'c', 'c0', 9)
      await enqueue('turns', 'd', 'd0', 11)
      await subject.db().write((w) => w.jobs.enqueue({ kind: 'turns', key: 'of no lane', runAt: 1 }))
      expect(await claim('turns', 2, { after: 'b' })).toMatchObject({ keys: ['c0', 'a0'], last: 'a' })
      expect(await claim('turns', 3, { after: 'a' })).toMatchObject({ keys: ['b0', 'b10', 'b1'], last: 'b' })
      expect(await subject.db().read((r) => r.jobs.lanesDue('turns', 10))).toEqual(['b'])
    })

    it('gives what was never tried first, and asks whether a lane may have more', async () => {
      await enqueue('ranks', 'a', 'tried')
      const { jobs } = await claim('ranks', 1)
      await subject.db().write((w) => w.jobs.retry(jobs[0]!, 'o', { runAt: 5 }))
      for (let i = 0; i < 4; i++) await enqueue('ranks', 'a', `fresh ${i}`, 6)
      await enqueue('ranks', 'z', 'of another', 7)
      const asked: string[] = []
      const admits = (lane: string, rank: number) => asked.push(`${lane}${rank}`) < 99 && asked.filter((text) => text === `${lane}${rank}`).length < 3
      expect((await claim('ranks', 10, { admits })).keys).toEqual([expect.stringMatching('fresh'), 'of another', expect.stringMatching('fresh'), 'tried'])
      const again = (await subject.db().read((r) => r.jobs.byKey('ranks', 'tried')))!
      expect(again).toMatchObject({ rank: 1, lane: 'a', attempts: 2 })
    })

    it('a job that is asked for again is tried as a new one, in the turn of who asked', async () => {
      await enqueue('asked', 'a', 'k')
      const { jobs } = await claim('asked', 1)
      await subject.db().write((w) => w.jobs.retry(jobs[0]!, 'o', { runAt: 5_000 }))
      await enqueue('asked', 'b', 'k', 20)
      expect(await subject.db().read((r) => r.jobs.byKey('asked', 'k'))).toMatchObject({ rank: 0, lane: 'b', runAt: 20 })
    })

    it('what is enqueued as tried comes after what was not, and makes nothing wait that is to be tried', async () => {
      const tried = (key: string, runAt: number) => subject.db().write((w) => w.jobs.enqueue({ kind: 'as tried', key, runAt, lane: 'a', isTried: true }))
      const job = (key: string) => subject.db().read((r) => r.jobs.byKey('as tried', key))
      await tried('old', 1)
      await enqueue('as tried', 'a', 'fresh', 5)
      await tried('fresh', 3)
      expect(await job('fresh')).toMatchObject({ rank: 0, runAt: 3, wanted: 2 })
      const { jobs, keys } = await claim('as tried', 5)
      expect(keys).toEqual(['fresh', 'old'])
      await tried('old', 700)
      await subject.db().write((w) => w.jobs.finish(jobs[1]!, 'o', 20))
      expect(await job('old')).toMatchObject({ runAt: 700 })
    })

    it('counts the processes that ended while they ran it, until one run ends in order', async () => {
      const db = subject.db()
      await enqueue('deaths', 'a', 'k')
      expect((await claim('deaths', 1)).jobs[0]).toMatchObject({ deaths: 0 })
      expect((await claim('deaths', 1, { now: 200 })).jobs[0]).toMatchObject({ deaths: 1 })
      const [third] = (await claim('deaths', 1, { now: 400 })).jobs
      expect(third).toMatchObject({ deaths: 2 })
      await db.write((w) => w.jobs.retry(third!, 'o', { runAt: 500, refund: true }))
      const [fourth] = (await claim('deaths', 1, { now: 500 })).jobs
      expect(fourth).toMatchObject({ deaths: 2 })
      await db.write((w) => w.jobs.extend(fourth!.id, 'o', 600, { forgive: true }))
      expect(await db.read((r) => r.jobs.byKey('deaths', 'k'))).toMatchObject({ deaths: 0 })
      const [fifth] = (await claim('deaths', 1, { now: 700 })).jobs
      expect(fifth).toMatchObject({ deaths: 1 })
      await db.write((w) => w.jobs.retry(fifth!, 'o', { runAt: 800 }))
      expect(await db.read((r) => r.jobs.byKey('deaths', 'k'))).toMatchObject({ deaths: 0 })
    })
  })
}
