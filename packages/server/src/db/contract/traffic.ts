import { describe, expect, it } from 'vitest'
import type { TrafficCount } from '../../ports/db/index.ts'
import type { Subject } from './subject.ts'
import { cidOf, newAccount } from './rows.ts'

const hour = 3_600_000
const day = 24 * hour

export function trafficContract(subject: Subject): void {
  describe('traffic', () => {
    it('adds what processes count', async () => {
      const [one, two] = [await newAccount(subject.db()), await newAccount(subject.db())]
      const counts = (sent: number): TrafficCount[] => [one, two].flatMap(({ id }) => [0, hour, day].map((at) => ({ accountId: id, hour: day + at, kind: 'gateway' as const, requests: 1, sent })))
      await Promise.all([subject.db(), subject.other(), subject.db()].map((db, i) => db.write((w) => w.traffic.add(counts(2 ** (40 + i))))))
      await subject.db().write((w) => w.traffic.add([{ accountId: one.id, hour: day, kind: 'api', requests: 2, sent: 5 }]))
      const sum = 7 * 2 ** 40
      expect(await subject.db().read((r) => r.traffic.since(one.id, day))).toEqual({ requests: 11, sent: 3 * sum + 5 })
      expect(await subject.db().read((r) => r.traffic.since(two.id, day + hour))).toEqual({ requests: 6, sent: 2 * sum })
      const steps = (step: number, to = 3 * day) => subject.db().read((r) => r.traffic.steps(one.id, { from: day, to, step }, 0))
      const gateway = { requests: 3, sent: sum }
      const api = { requests: 2, sent: 5 }
      expect(await steps(hour, 2 * day)).toEqual([{ at: day, byteHours: 0, traffic: { api, gateway } }, { at: day + hour, byteHours: 0, traffic: { gateway } }])
      expect(await steps(day)).toEqual([{ at: day, byteHours: 0, traffic: { api, gateway: { requests: 6, sent: 2 * sum } } }, { at: 2 * day, byteHours: 0, traffic: { gateway } }])
    })

    it('sums what is held as time goes on', async () => {
      const { id } = await newAccount(subject.db())
      const cid = cidOf(crypto.randomUUID())
      const from = 1e6 * hour
      const stored = (now: number) => subject.db().read(async (r) => (await r.traffic.steps(id, { from, to: from + day, step: hour }, now)).map(({ at, byteHours }) => [(at - from) / hour, byteHours]))
      await subject.db().write(async (w) => {
        await w.dags.lock(cid, from)
        await w.dags.setComplete(cid, { bytes: 1000, blocks: 1 }, from)
        await w.dags.hold(id, cid, { now: from + hour / 2 })
      })
      expect(await stored(from + hour / 2)).toEqual([])
      expect(await stored(from + (3 / 4) * hour)).toEqual([[0, 250]])
      const roll = async (end: number, db = subject.db()) => {
        while ((await db.write((w) => w.traffic.roll(end, 3))) > 0);
      }
      await Promise.all([roll(from + hour), roll(from + hour, subject.other())])
      await roll(from + 2 * hour)
      expect(await stored(from + 2 * hour)).toEqual([[0, 500], [1, 1000]])
      expect(await subject.db().read((r) => r.traffic.firstRoll())).toBe(from + 2 * hour)
      await subject.db().write((w) => w.dags.release(id, cid, 1, from + 2.25 * hour))
      expect(await stored(from + 9 * hour)).toEqual([[0, 500], [1, 1000], [2, 250]])
      await roll(from + 3 * hour)
      await roll(from + 4 * hour)
      expect(await stored(from + 9 * hour)).toEqual([[0, 500], [1, 1000], [2, 250]])
    })

    it('finds who has held a DAG for longest', async () => {
      const [one, two] = [await newAccount(subject.db()), await newAccount(subject.db())]
      const [held, let_go, unknown] = [cidOf(crypto.randomUUID()), cidOf(crypto.randomUUID()), cidOf('nobody')]
      await subject.db().write(async (w) => {
        for (const cid of [held, let_go]) {
          await w.dags.lock(cid, 1)
          await w.dags.hold(two.id, cid, { now: 5 })
          await w.dags.hold(one.id, cid, { now: 7 })
          await w.dags.hold(two.id, cid, { now: 9 })
        }
        await w.dags.release(two.id, let_go, 2, 10)
      })
      expect(await subject.db().read((r) => r.traffic.holders([held, let_go, unknown]))).toEqual(new Map([[held, two.id], [let_go, one.id]]))
    })

    it('lists accounts with what they use', async () => {
      const tag = crypto.randomUUID()
      const accounts = await Promise.all(['c_', 'a%', 'b'].map((start) => newAccount(subject.db(), { email: `${start}${tag}@example.org` })))
      await subject.db().write((w) => w.traffic.add([{ accountId: accounts[0]!.id, hour: day, kind: 'api', requests: 1, sent: 2 }]))
      const list = (filter: { search?: string; after?: string; limit: number }) => subject.db().read((r) => r.traffic.accounts(filter, day))
      const nothing = { bytes: 0, blocks: 0, dags: 0, traffic: { requests: 0, sent: 0 } }
      const [c, a, b] = accounts
      expect(await list({ search: tag, limit: 2 })).toEqual([{ ...a, ...nothing }, { ...b, ...nothing }])
      expect(await list({ search: tag, after: b!.email, limit: 2 })).toEqual([{ ...c, ...nothing, traffic: { requests: 1, sent: 2 } }])
      expect(await list({ search: `%${tag.toUpperCase()}`, limit: 9 })).toHaveLength(1)
      expect(await list({ search: `_${tag}`, limit: 9 })).toHaveLength(1)
    })

    it('forgets what is old, some at a time', async () => {
      const { id: accountId } = await newAccount(subject.db())
      const count = (at: number): TrafficCount => ({ accountId, hour: at, kind: 'api', requests: 1, sent: 1 })
      await subject.db().write((w) => w.traffic.add([count(1), count(2), count(3)]))
      expect(await subject.db().write((w) => w.traffic.forget(3, 1))).toBe(1)
      expect(await subject.db().write((w) => w.traffic.forget(3, 1))).toBe(1)
      expect(await subject.db().write((w) => w.traffic.forget(3, 1))).toBe(0)
      expect(await subject.db().read((r) => r.traffic.since(accountId, 0))).toEqual({ requests: 1, sent: 1 })
    })
  })
}
