import { describe, expect, it } from 'vitest'
import type { DamagedLink, Db } from '../../ports/db/index.ts'
import { addPin, cidOf, newAccount } from './rows.ts'
import type { Subject } from './subject.ts'

/** A complete DAG with these damaged blocks, each linked under a path of its own name. */
async function damagedDag(db: Db, name: string, blocks: readonly string[], { count = blocks.length, now = 10 } = {}): Promise<string> {
  const dag = cidOf(name)
  await db.write(async (w) => {
    await w.dags.lock(dag, 1)
    await w.dags.setComplete(dag, { bytes: 1, blocks: 1 }, 1)
    await w.damage.place(dag, blocks.map(link), count, now)
  })
  return dag
}

const link = (name: string): DamagedLink => ({ hash: hashOf(name), cid: cidOf(name), path: `docs/${name}` })
const hashOf = (name: string) => `1220${cidOf(name).slice(4)}`

export function damageContract(subject: Subject): void {
  describe('damage', () => {
    it('tells what is damaged of a DAG, the first blocks by path', async () => {
      const db = subject.db()
      const whole = cidOf('whole')
      const dag = await damagedDag(db, 'told', ['t1', 't2', 't3'], { count: 7000 })
      const told = await db.read((r) => r.damage.ofDags([dag, whole, dag], 2))
      expect([...told]).toEqual([[dag, { blocks: 7000, since: 10, reason: undefined, first: [{ cid: cidOf('t1'), path: 'docs/t1' }, { cid: cidOf('t2'), path: 'docs/t2' }] }]])
      expect(await db.read((r) => r.damage.isDamaged(hashOf('t3')))).toBe(true)
      expect(await db.read((r) => r.damage.isDamaged(hashOf('other')))).toBe(false)
    })

    it('keeps since when a DAG is looked through again, and forgets it when it is whole', async () => {
      const db = subject.db()
      const dag = await damagedDag(db, 'again', ['a1', 'a2'])
      await damagedDag(db, 'again', ['a2'], { now: 99 })
      expect((await db.read((r) => r.damage.ofDags([dag], 9))).get(dag)).toMatchObject({ blocks: 1, since: 10, first: [{ path: 'docs/a2' }] })
      await damagedDag(db, 'again', [])
      expect((await db.read((r) => r.damage.ofDags([dag], 9))).size).toBe(0)
      await db.write((w) => w.damage.forget(0))
      expect(await db.read((r) => r.damage.isDamaged(hashOf('a2')))).toBe(false)
    })

    it('has no damage of a DAG that is not complete', async () => {
      const db = subject.db()
      const dag = cidOf('partial')
      await db.write((w) => w.dags.lock(dag, 1))
      await db.write((w) => w.damage.place(dag, [link('p')], 1, 10))
      expect((await db.read((r) => r.damage.ofDags([dag], 9))).size).toBe(0)
    })

    it('forgets the damage of what is not complete any more, and of what is gone', async () => {
      const db = subject.db()
      const account = await newAccount(db)
      const givenUp = await damagedDag(db, 'given up', ['u1', 'u2'])
      await db.write(async (w) => {
        await w.dags.hold(account.id, givenUp)
        await w.dags.release(account.id, givenUp, 1, 50)
        await w.dags.giveUp([givenUp], 50)
        await w.damage.forget(0)
      })
      expect((await db.read((r) => r.damage.ofDags([givenUp], 9))).size).toBe(0)
      expect(await db.read((r) => r.damage.isDamaged(hashOf('u1')))).toBe(false)

      const gone = await damagedDag(db, 'gone', ['u3'])
      await db.write(async (w) => {
        await w.dags.hold(account.id, gone)
        await w.dags.release(account.id, gone, 1, 50)
        await w.dags.giveUp([gone], 50)
        await w.dags.forget([gone], 50)
        await w.damage.forget(0)
      })
      expect(await db.read((r) => r.dags.get(gone))).toBeUndefined()
      expect(await db.read((r) => r.damage.isDamaged(hashOf('u3')))).toBe(false)
    })

    it('a block that was only noted waits for the DAGs to be looked through', async () => {
      const db = subject.db()
      expect(await db.write((w) => w.damage.note([hashOf('n1'), hashOf('n2')], 20))).toBe(2)
      expect(await db.write((w) => w.damage.note([hashOf('n2')], 30))).toBe(0)
      expect(await db.read((r) => r.damage.hasUnplaced())).toBe(true)
      expect((await db.read((r) => r.damage.due(1e12, 1000))).map(({ hash }) => hash)).not.toContain(hashOf('n1'))
      await damagedDag(db, 'noted', ['n1'])
      await db.write((w) => w.damage.forget(20))
      expect(await db.read((r) => r.damage.isDamaged(hashOf('n2')))).toBe(true)
      await db.write((w) => w.damage.forget(21))
      expect(await db.read((r) => r.damage.isDamaged(hashOf('n2')))).toBe(false)
      expect(await db.read((r) => r.damage.isDamaged(hashOf('n1')))).toBe(true)
    })

    it('a healed block makes its DAGs stale, and is no longer damaged', async () => {
      const db = subject.db()
      const one = await damagedDag(db, 'healing', ['h1', 'h2'])
      const two = await damagedDag(db, 'healing too', ['h1'])
      await db.write((w) => w.damage.heal([hashOf('h1'), hashOf('unknown')]))
      expect((await db.read((r) => r.damage.stale(1000))).filter((dag) => [one, two].includes(dag)).sort()).toEqual([one, two].sort())
      expect((await db.read((r) => r.damage.ofDags([one, two], 9))).get(one)?.first).toEqual([{ cid: cidOf('h2'), path: 'docs/h2' }])
      expect(await db.read((r) => r.damage.isDamaged(hashOf('h1')))).toBe(false)
      await damagedDag(db, 'healing', ['h2'])
      expect(await db.read((r) => r.damage.stale(1000))).not.toContain(one)
    })

    it('gives what is due, with the origins of those who want it, and says what came of it', async () => {
      const db = subject.db()
      const account = await newAccount(db)
      const dag = await damagedDag(db, 'due', ['d1', 'd2'], { now: 1000 })
      await addPin(db, account.id, { dag, origins: ['/ip4/192.0.2.1/tcp/1/p2p/a', '/ip4/192.0.2.1/tcp/1/p2p/b'] })
      await addPin(db, account.id, { dag, origins: ['/ip4/192.0.2.1/tcp/1/p2p/a'] })
      await addPin(db, account.id, { dag: await damagedDag(db, 'not due', []), origins: ['/ip4/192.0.2.1/tcp/1/p2p/c'] })
      const mine = [hashOf('d1'), hashOf('d2')]
      const due = async (now: number) => (await db.read((r) => r.damage.due(now, 1000))).filter(({ hash }) => mine.includes(hash))
      expect(await due(999)).toEqual([])
      expect((await due(1000)).map(({ cid }) => cid).sort()).toEqual([cidOf('d1'), cidOf('d2')].sort())
      expect((await db.read((r) => r.damage.origins(mine, 100))).sort()).toEqual(['/ip4/192.0.2.1/tcp/1/p2p/a', '/ip4/192.0.2.1/tcp/1/p2p/b'])
      await db.write((w) => w.damage.tried([hashOf('d1')], { tries: 3, nextTry: 5000, reason: 'nobody has it' }))
      expect((await due(4999)).map(({ hash }) => hash)).toEqual([hashOf('d2')])
      expect((await due(5000)).find(({ hash }) => hash === hashOf('d1'))).toEqual({ hash: hashOf('d1'), cid: cidOf('d1'), found: 1000, tries: 3, nextTry: 5000 })
      expect((await db.read((r) => r.damage.ofDags([dag], 9))).get(dag)?.reason).toBe('nobody has it')
    })

    it('pages through damaged blocks, and counts', async () => {
      const db = subject.db()
      await damagedDag(db, 'page 1', ['g1', 'g2'])
      await damagedDag(db, 'page 2', ['g3'])
      const next = (after: string) => db.read((r) => r.damage.blocks(after, 2))
      const seen: string[] = []
      for (let page = await next(''); page.length > 0; page = await next(seen.at(-1)!)) seen.push(...page.map(({ hash }) => hash))
      expect(seen).toEqual(expect.arrayContaining(['g1', 'g2', 'g3'].map(hashOf)))
      const { blocks, dags } = await db.read((r) => r.damage.count())
      expect([blocks, dags > 1]).toEqual([seen.length, true])
    })
  })
}
