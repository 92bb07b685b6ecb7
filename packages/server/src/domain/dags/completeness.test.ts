import { canonicalCid, type Block } from '@thole/dag'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { describe, expect, test } from 'vitest'
import { leaf, node } from '../testing/blocks.ts'
import { settlePartialsJob } from './jobs.ts'
import { measured, openHouse } from './testing/house.ts'

const signal = new AbortController().signal

/** Two levels: `count` nodes of three leaves. */
function tree(name: string, count = 4) {
  const leaves = Array.from({ length: count * 3 }, (_, i) => leaf(`${name} ${i}`))
  const nodes = Array.from({ length: count }, (_, i) => node(...leaves.slice(i * 3, i * 3 + 3)))
  const root = node(...nodes)
  return { root, leaves, nodes, all: [root, ...nodes, ...leaves] }
}

describe('parts', () => {
  test('come in any order, repeated, with the root or without', async () => {
    await using house = await openHouse()
    const { root, nodes, leaves, all } = tree('a')
    await house.send([root], leaves.slice(6))
    expect(await house.describe(root)).toMatchObject({ state: 'partial', missingCount: 1, missing: [''] })
    await house.send([root], [root, nodes[0]!, nodes[3]!, leaves[11]!])
    expect(await house.describe(root)).toMatchObject({ missingCount: 5, missing: ['1', '2', '0/0', '0/1', '0/2'] })
    await house.send([root], [root, root, nodes[1]!, ...leaves.slice(0, 6)])
    expect(await house.describe(root)).toMatchObject({ missingCount: 1, missing: ['2'] })
    const { pins } = await house.send([root], [nodes[2]!])
    expect(pins.map(({ status }) => status)).toEqual(['pinned'])
    expect(await house.describe(root)).toEqual({ state: 'complete', missingCount: 0, missing: [], blocks: all.length, bytes: all.reduce((sum, { bytes }) => sum + bytes.length, 0) })
    const { pins: earlier } = await house.parts.pins.list(house.who, {}, 10)
    expect(earlier.map(({ status }) => status)).toEqual(['pinned', 'pinned', 'pinned', 'pinned'])
  })

  test('of one root may be sent at once', async () => {
    await using house = await openHouse()
    const { root, all } = tree('a', 20)
    await Promise.all(all.map((block) => house.send([root], [block])))
    expect(await house.describe(root)).toMatchObject({ state: 'complete', blocks: all.length })
  })

  test('of one root are decided on one after the other, so that rows never go back', async () => {
    await using house = await openHouse()
    const { root } = tree('a')
    const order: string[] = []
    const decide = async (name: string, held: Promise<void>) => {
      await using writer = house.parts.completeness.writer()
      await house.parts.completeness.decide([root.cid, root.cid], { writer }, async (looked) => {
        order.push(`${name} looked`)
        await held
        return async (w) => {
          await looked.lock(w, canonicalCid(root.cid), house.clock.now())
          order.push(`${name} locked`)
        }
      })
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    const both = [decide('first', promise), decide('second', Promise.resolve())]
    setTimeout(resolve, 50)
    await Promise.all(both)
    expect(order).toEqual(['first looked', 'first locked', 'second looked', 'second locked'])
  })

  test('named by nobody complete those who wait for them', async () => {
    await using house = await openHouse()
    const [a, b] = [tree('a'), tree('b')]
    const both = node(a.root, b.root)
    await house.send([a.root], [a.root, ...a.nodes])
    await house.send([both], [both])
    const other = leaf('another root')
    await house.send([other], [other, ...a.leaves, ...b.all])
    expect(await house.describe(a.root)).toMatchObject({ state: 'partial' })
    expect(await house.work()).toContain('settle-dag')
    expect(await house.describe(a.root)).toMatchObject({ state: 'complete', blocks: a.all.length })
    expect(await house.describe(both)).toMatchObject({ state: 'complete', blocks: a.all.length + b.all.length + 1 })
  })

  test('cost a look at what arrived, however large the DAG is', async () => {
    await using house = await openHouse()
    const { root, nodes, leaves } = tree('large', 100)
    await house.send([root], [root, ...nodes, ...leaves.slice(0, 280)])
    let claims = 0
    const writer = house.blocks.writer
    house.blocks.writer = (options) => {
      const inner = writer(options)
      return { ...inner, claim: (hashes) => ((claims += hashes.length), inner.claim(hashes)) }
    }
    await house.work()
    for (const one of leaves.slice(280)) await house.send([root], [one])
    expect(await house.work()).toEqual([])
    expect(await house.describe(root)).toMatchObject({ state: 'complete' })
    expect(claims).toBeLessThan(3 * 20)
  })
})

test('what came with an upload that failed is told all the same', async () => {
  await using house = await openHouse()
  const { root, leaves, nodes } = tree('a')
  await house.send([root], [root, ...nodes])
  {
    await using writer = house.parts.completeness.writer()
    for (const one of leaves) await writer.put(one)
    await writer.commit()
  }
  expect(await house.work()).toContain('settle-dag')
  expect(await house.describe(root)).toMatchObject({ state: 'complete' })
})

describe('what lies in memory may be lost', () => {
  test('a restart between two parts', async () => {
    await using house = await openHouse()
    const { root, nodes, leaves, all } = tree('a')
    await house.send([root], [root, ...nodes])
    house.restart()
    await house.send([root], leaves.slice(0, 6))
    expect(await house.describe(root)).toMatchObject({ missingCount: 6 })
    house.restart()
    const other = leaf('another root')
    await house.send([other], [other, ...leaves])
    expect(await house.work()).toContain('settle-partials')
    expect(await house.describe(root)).toMatchObject({ state: 'complete', blocks: all.length })
  })

  test('blocks that were stored right before a kill', async () => {
    await using house = await openHouse()
    const { root, leaves, nodes } = tree('a')
    await house.send([root], [root, ...nodes])
    await using writer = house.blocks.writer()
    for (const one of leaves) await writer.put(one)
    await writer.commit()
    house.restart()
    await house.parts.dags.start()
    await house.work()
    expect(await house.describe(root)).toMatchObject({ state: 'complete' })
  })

  test('more DAGs than are kept in mind', async () => {
    await using house = await openHouse({ maxDags: 2 })
    const trees = Array.from({ length: 6 }, (_, i) => tree(`tree ${i}`))
    for (const { root, nodes } of trees) await house.send([root], [root, ...nodes])
    const other = leaf('another root')
    await house.send([other], [other, ...trees.flatMap(({ leaves }) => leaves)])
    await house.work()
    for (const { root } of trees) expect(await house.describe(root)).toMatchObject({ state: 'complete' })
  })

  test('a DAG that there is no room to keep in mind, however late its last block comes', async () => {
    await using house = await openHouse({ maxDags: 1 })
    const last = ['a', 'b', 'c'].map(leaf)
    const roots = last.map((one) => node(leaf('here'), one))
    for (const root of roots) await house.send([root], [root, leaf('here')])
    for (let n = 0; n < 3; n++) await house.work()
    for (const [i, one] of last.entries()) {
      await house.send([one], [one])
      await house.work()
      expect(await house.describe(roots[i]!)).toMatchObject({ state: 'complete' })
    }
  })

  test('a look at those that are not kept is asked for once, until it has begun', async () => {
    await using house = await openHouse({ maxDags: 1 })
    const asked = async () => (await house.db.read((r) => r.jobs.byKey(settlePartialsJob, '')))?.wanted
    const roots = ['a', 'b', 'c', 'd'].map((name) => node(leaf('here'), leaf(name)))
    for (const root of roots) await house.send([root], [root, leaf('here')])
    expect(await asked()).toBe(1)
    await house.work()
    expect(await asked()).toBeUndefined()
    await house.send([roots[0]!], [roots[0]!])
    expect(await asked()).toBe(1)
  })

  test('a DAG that is too large to be kept', async () => {
    await using house = await openHouse({ maxBytes: 100 })
    const { root, leaves, nodes } = tree('a')
    await house.send([root], [root, ...nodes])
    await house.send([root], leaves.slice(0, 6))
    expect(await house.describe(root)).toMatchObject({ missingCount: 6 })
    const other = leaf('another root')
    await house.send([other], [other, ...leaves])
    await house.work()
    expect(await house.describe(root)).toMatchObject({ state: 'complete' })
  })

  test('a block that was here and is damaged now is waited for again', async () => {
    await using house = await openHouse()
    const { root, leaves, nodes } = tree('a')
    await house.send([root], [root, ...nodes, ...leaves.slice(0, 11)])
    house.blocks.corrupt(leaves[0]!.cid.multihash.bytes)
    await expect(house.blocks.get(leaves[0]!.cid.multihash.bytes)).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
    await house.send([root], leaves.slice(11))
    expect(await house.describe(root)).toMatchObject({ state: 'partial', missing: ['0/0'] })
    await house.send([root], leaves.slice(0, 1))
    expect(await house.describe(root)).toMatchObject({ state: 'complete' })
  })
})

describe('reclaim', () => {
  const sweep = async (house: Awaited<ReturnType<typeof openHouse>>, kept: readonly Block[]) => {
    await using run = await house.blocks.reclaim()
    await run.mark(kept.map(({ cid }) => cid.multihash.bytes))
    for await (const _ of run.sweep());
  }

  test('what was known of a DAG that was given up is not relied on', async () => {
    await using house = await openHouse()
    const { root, leaves, nodes } = tree('a')
    const { upload } = await house.send([root], [root, ...nodes, ...leaves.slice(0, 11)], { pin: false })
    await house.parts.uploads.remove(house.who, upload.id)
    await house.db.write((w) => w.dags.giveUp([canonicalCid(root.cid)], house.clock.now()))
    await sweep(house, [])
    await house.send([root], leaves.slice(11))
    expect(await house.describe(root)).toMatchObject({ state: 'partial', missingCount: 1, missing: [''] })
  })

  test('a DAG that is given up between the look and the row is looked at again', async () => {
    await using house = await openHouse()
    const { root, all } = tree('a')
    const dag = canonicalCid(root.cid)
    const { upload } = await house.send([root], all, { pin: false })
    await house.parts.uploads.remove(house.who, upload.id)
    await using writer = house.parts.completeness.writer()
    let plans = 0
    const complete = await house.parts.completeness.decide([root.cid], { writer }, async (looked) => {
      if (plans++ === 0) await house.db.write((w) => w.dags.giveUp([dag], house.clock.now()))
      return (w) => looked.lock(w, dag, house.clock.now())
    })
    expect([plans, complete.dag.state, complete.measure?.complete]).toEqual([2, 'complete', true])
  })

  test('what a look found stays until its row is there', async () => {
    await using house = await openHouse()
    const { root, all } = tree('a')
    await using store = house.blocks.writer()
    for (const block of all) await store.put(block)
    await store.commit()
    await store.end()
    await using writer = house.parts.completeness.writer()
    await house.parts.completeness.decide([root.cid], { writer }, async (looked) => {
      await sweep(house, [])
      return (w) => looked.lock(w, canonicalCid(root.cid), house.clock.now())
    })
    expect(await measured(house.blocks, root)).toMatchObject({ complete: true })
  })
})

test('an upload that is too large to be looked at within it is left to a job', async () => {
  await using house = await openHouse()
  const { root, all } = tree('a', 20)
  await using writer = house.parts.completeness.writer()
  for (const block of all) await writer.put(block)
  await writer.commit()
  const { measure } = await house.parts.completeness.decide([root.cid], { writer, budget: 10 }, async (looked) => async (w) => {
    const locked = await looked.lock(w, canonicalCid(root.cid), house.clock.now())
    await w.dags.hold(house.who.account.id, canonicalCid(root.cid))
    return locked
  })
  expect(measure).toBeUndefined()
  expect((await house.row(root))?.state).toBe('partial')
  expect(await house.work()).toEqual(['settle-dag', 'settle-partials'])
  expect(await house.row(root)).toMatchObject({ state: 'complete', blocks: all.length })
})

test('a DAG that cannot be walked fails those who wait for it, and no others', async () => {
  await using house = await openHouse()
  const odd = leaf('\xff')
  const root = node({ cid: CID.createV1(0x70, odd.cid.multihash), bytes: odd.bytes })
  const other = tree('other')
  await house.send([root], [root])
  await house.send([other.root], [other.root, ...other.nodes])
  await house.send([leaf('x')], [leaf('x'), odd, ...other.leaves])
  await house.work()
  const { pins } = await house.parts.pins.list(house.who, {}, 10)
  expect(new Map(pins.map(({ dag, status }) => [dag, status]))).toEqual(
    new Map([[canonicalCid(root.cid), 'failed'], [canonicalCid(other.root.cid), 'pinned'], [canonicalCid(leaf('x').cid), 'pinned']]),
  )
})

test('whatever is sent beside each other, rows tell what a walk finds', async () => {
  const [a, b] = [tree('a', 3), tree('b', 3)]
  const both = node(a.root, b.nodes[0]!, b.root)
  const blocks = [...a.all, ...b.all, both]
  const roots = [a.root, b.root, both]
  const sent = fc.record({ root: fc.nat(2), blocks: fc.array(fc.nat(1000), { minLength: 1, maxLength: 8 }), restarts: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(sent, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }), fc.boolean(), async (rounds, fewKept) => {
      await using house = await openHouse(fewKept ? { maxDags: 1 } : {})
      for (const round of rounds) {
        if (round[0]!.restarts) house.restart()
        await Promise.all(round.map((one) => house.send([roots[one.root]!], one.blocks.map((n) => blocks[n % blocks.length]!), { pin: false })))
        await house.work()
        for (const root of roots) {
          const row = await house.row(root)
          if (!row) continue
          const truth = await measured(house.blocks, root)
          expect(row.state).toBe(truth.complete ? 'complete' : 'partial')
          if (truth.complete) expect([row.blocks, row.bytes]).toEqual([truth.blocks, truth.bytes])
          else if (!fewKept && !round[0]!.restarts) expect(row.missingCount).toBe(truth.missingCount)
        }
      }
    }),
    { numRuns: 12 },
  )
}, 30_000)

test('a signal ends it', async () => {
  await using house = await openHouse()
  const { root, all } = tree('a')
  await expect(house.send([root], all, { signal: AbortSignal.abort() })).rejects.toThrow()
  expect(await house.row(root)).toBeUndefined()
  await expect(house.parts.dags.settlePartials(signal)).resolves.toBeUndefined()
})
