import { describe, expect, it } from 'vitest'
import type { DagReplicas } from '../../ports/db/index.ts'
import type { Subject } from './subject.ts'
import { cidOf } from './rows.ts'

export function replicaContract(subject: Subject): void {
  describe('replicas', () => {
    const confirmed = { state: 'confirmed', nodes: ['a', 'b'], wanted: 2 } as const
    const set = (dag: string, row: Omit<DagReplicas, 'since'> & { nextLook?: number }, now: number) => subject.db().write((w) => w.replicas.set(dag, row, now))

    it('keeps a row a DAG, which need not be known otherwise, and when it came to its state', async () => {
      const db = subject.db()
      const dag = cidOf('replicated')
      expect(await db.read((r) => r.replicas.get(dag))).toBeUndefined()
      await set(dag, { state: 'waiting', nodes: [], wanted: 2, reason: 'why' }, 5)
      await set(dag, { state: 'waiting', nodes: ['a'], wanted: 3, reason: 'still' }, 6)
      expect(await db.read((r) => r.replicas.get(dag))).toEqual({ state: 'waiting', nodes: ['a'], wanted: 3, reason: 'still', since: 5 })
      await set(dag, { ...confirmed, nextLook: 9 }, 7)
      expect(await db.read((r) => r.replicas.ofDags([dag, cidOf('nothing of it'), dag]))).toEqual(new Map([[dag, { ...confirmed, since: 7, reason: undefined }]]))
    })

    it('tells which are to be looked at, longest due first', async () => {
      const db = subject.db()
      const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => cidOf(`due ${name}`)) as [string, string, string, string]
      await set(a, { ...confirmed, nextLook: -30 }, 1)
      await set(b, { ...confirmed, state: 'degraded', reason: 'x', nextLook: -40 }, 1)
      await set(c, { ...confirmed, nextLook: -10 }, 1)
      await set(d, { state: 'waiting', nodes: [], wanted: 1 }, 1)
      expect(await db.read((r) => r.replicas.nextDue())).toBe(-40)
      expect(await db.read((r) => r.replicas.due(-20, 5))).toEqual([b, a])
      expect(await db.read((r) => r.replicas.due(-5, 2))).toEqual([b, a])
      await db.write((w) => w.replicas.putOff([b, d, 'unknown'], -1))
      expect(await db.read((r) => r.replicas.due(-1, 5))).toEqual([a, c, b])
      for (const dag of [a, b, c]) await db.write((w) => w.replicas.remove(dag))
    })

    it('lets go: a row that leaves is looked at no more, and goes unless it is wanted again', async () => {
      const db = subject.db()
      const [dag, wanted] = [cidOf('leaving'), cidOf('wanted again')]
      expect(await db.write((w) => w.replicas.leave(dag, 5))).toBe(false)
      for (const one of [dag, wanted]) {
        await set(one, { ...confirmed, nextLook: -50 }, 1)
        expect(await db.write((w) => w.replicas.leave(one, 5))).toBe(true)
      }
      expect(await db.read((r) => r.replicas.get(dag))).toMatchObject({ state: 'leaving', nodes: ['a', 'b'], since: 5 })
      expect(await db.read((r) => r.replicas.due(0, 5))).toEqual([])
      await set(wanted, { state: 'waiting', nodes: [], wanted: 2 }, 6)
      for (const one of [dag, wanted]) await db.write((w) => w.replicas.remove(one, 'leaving'))
      expect(await db.read((r) => r.replicas.get(dag))).toBeUndefined()
      expect(await db.read((r) => r.replicas.get(wanted))).toMatchObject({ state: 'waiting', since: 6 })
    })

    it('tells which wait, longest first', async () => {
      const db = subject.db()
      const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => cidOf(`pending ${name}`)) as [string, string, string, string]
      await set(a, { ...confirmed, state: 'waiting' }, -30)
      await set(b, { ...confirmed, nextLook: -50 }, -50)
      await set(c, confirmed, -40)
      await set(d, confirmed, -60)
      await db.write((w) => w.replicas.leave(c, -40))
      expect(await db.read((r) => r.replicas.pending(2))).toEqual([c, a])
      for (const dag of [a, b, c, d]) await db.write((w) => w.replicas.remove(dag))
      expect(await db.read((r) => r.replicas.pending(9))).not.toContain(a)
    })

    it('knows the peer ids of nodes as they were told last', async () => {
      const db = subject.db()
      await db.write((w) => w.replicas.setPeerId('a node', 'one'))
      await db.write((w) => w.replicas.setPeerId('a node', 'two'))
      expect((await db.read((r) => r.replicas.peerIds())).get('a node')).toBe('two')
    })

    it('lists every row in the order of their cids', async () => {
      const db = subject.db()
      const dags = Array.from({ length: 5 }, (_, i) => cidOf(`listed replica ${i}`)).sort()
      for (const dag of dags) await set(dag, confirmed, 1)
      const seen: string[] = []
      for (let page = await db.read((r) => r.replicas.list('', 2)); page.length > 0; page = await db.read((r) => r.replicas.list(seen.at(-1)!, 2))) seen.push(...page)
      expect(seen.filter((dag) => dags.includes(dag))).toEqual(dags)
      expect(new Set(seen).size).toBe(seen.length)
    })
  })
}
