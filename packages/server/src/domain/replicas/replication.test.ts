import { canonicalCid } from '@thole/dag'
import { describe, expect, test } from 'vitest'
import { openToAll } from '../moderation/index.ts'
import { leaf, node } from '../testing/blocks.ts'
import { openHouse } from './testing/house.ts'

const hour = 3_600_000
const day = 24 * hour

describe('what is complete here', () => {
  test('is `pinning` with a reason until as many nodes as wanted have it, then pinned, for all who wait', async () => {
    await using house = await openHouse()
    const parts = [leaf('a'), leaf('b')]
    const root = node(...parts)
    const first = await house.send(root, [root, ...parts])
    expect(first).toMatchObject({ status: 'pinning', reason: 'Complete here; waiting for 2 of 2 replicas.' })
    const second = await house.pin(root)
    expect(second.status).toBe('pinning')
    expect(await house.work()).toContain('replicate')
    for (const { id } of [first, second]) expect(await house.get(id)).toMatchObject({ status: 'pinned', reason: undefined, replicas: { state: 'confirmed', nodes: ['node-0', 'node-1'], wanted: 2 } })
    expect(await house.pin(root)).toMatchObject({ status: 'pinned' })
    expect(await house.work()).toEqual([])
  })

  test('and was waited for: the last part makes it `pinning`, the nodes `pinned`', async () => {
    await using house = await openHouse()
    const parts = [leaf('a'), leaf('b')]
    const root = node(...parts)
    const partial = await house.send(root, [root, parts[0]!])
    expect(partial.status).toBe('queued')
    await house.send(root, [parts[1]!])
    expect(await house.get(partial.id)).toMatchObject({ status: 'pinning', reason: 'Complete here; waiting for 2 of 2 replicas.' })
    await house.work()
    expect((await house.get(partial.id)).status).toBe('pinned')
  })

  test('waits where there are too few nodes, with what it has, and goes on later', async () => {
    await using house = await openHouse()
    house.nodes.nodes.slice(1).forEach((one) => (one.isOut = true))
    const root = leaf('a')
    const { id } = await house.send(root)
    await house.work()
    expect(await house.told(id)).toEqual(['pinning', 'Complete here; waiting for 1 of 2 replicas.'])
    expect(await house.row(root)).toMatchObject({ state: 'waiting', nodes: ['node-0'] })
    house.nodes.nodes[2]!.isOut = false
    house.pass(hour)
    await house.work()
    expect((await house.get(id)).status).toBe('pinned')
  })

  test('waits while nobody can be asked, says so, and loses nothing', async () => {
    await using house = await openHouse()
    house.nodes.setOut(true)
    const root = leaf('a')
    const { id } = await house.send(root)
    for (let i = 0; i < 30; i++) {
      await house.work()
      house.pass(hour)
    }
    expect(await house.told(id)).toEqual(['pinning', 'Complete here; waiting for 2 of 2 replicas (IPFS Cluster cannot be reached at the moment).'])
    expect(house.words.filter((words) => words.includes('cannot be asked'))).toHaveLength(1)
    house.nodes.setOut(false)
    await house.work()
    expect((await house.get(id)).status).toBe('pinned')
    expect(house.words.at(-1)).toMatch(/can be reached again/)
  })

  test('is tried again soon after nodes can be asked again, however long it had to wait yet', async () => {
    await using house = await openHouse({ probeEvery: 20 })
    house.nodes.setOut(true)
    const { id } = await house.send(leaf('a'))
    for (let i = 0; i < 10; i++) {
      await house.work()
      house.pass(hour)
    }
    await house.work()
    house.nodes.setOut(false)
    await expect.poll(async () => {
      await house.work()
      return (await house.get(id)).status
    }, { timeout: 5_000 }).toBe('pinned')
  })

  test('waits where the nodes refuse, and is let go when they do not any more', async () => {
    await using house = await openHouse()
    house.nodes.setRefusing(true)
    const root = leaf('a')
    const { id } = await house.send(root)
    await house.work()
    expect(await house.told(id)).toEqual(['pinning', 'Complete here; waiting for 2 of 2 replicas (IPFS Cluster refuses; the log of this server says why).'])
    house.nodes.setRefusing(false)
    house.pass(hour)
    await house.work()
    expect((await house.get(id)).status).toBe('pinned')
    house.nodes.setRefusing(true)
    await house.remove(id)
    for (let i = 0; i < 30; i++) {
      await house.work()
      house.pass(hour)
    }
    expect(house.nodes.holders(canonicalCid(root.cid))).toHaveLength(2)
    house.nodes.setRefusing(false)
    await house.work()
    expect(house.nodes.holders(canonicalCid(root.cid))).toEqual([])
  })

  test('waits with a reason where it cannot be read here', async () => {
    await using house = await openHouse()
    const parts = [leaf('a')]
    const root = node(...parts)
    const { id } = await house.send(root, [root, ...parts])
    const { get, getRun } = house.blocks
    const isAway = (hash: Uint8Array) => Buffer.compare(hash, parts[0]!.cid.multihash.bytes) === 0
    house.blocks.get = (hash, options) => (isAway(hash) ? Promise.resolve(undefined) : get(hash, options))
    house.blocks.getRun = async ([first, ...rest], options) => (isAway(first!) ? [] : getRun([first!, ...rest], options))
    await house.work()
    expect(await house.told(id)).toEqual(['pinning', expect.stringMatching(/could not be sent: There is no block \w+ here\)\.$/)])
    Object.assign(house.blocks, { get, getRun })
    house.pass(hour)
    await house.work()
    expect((await house.get(id)).status).toBe('pinned')
  })
})

describe('a node that dies', () => {
  test('leaves requests pinned and degraded; others get the copy', async () => {
    await using house = await openHouse()
    const root = leaf('a')
    const { id } = await house.send(root)
    await house.work()
    house.nodes.nodes[0]!.isOut = true
    house.nodes.nodes[2]!.isOut = true
    house.pass(day)
    await house.work()
    expect(await house.told(id)).toEqual(['pinned', 'Pinned, but degraded: 1 of 2 replicas confirmed (node-0 does not answer). It is being replicated again.'])
    // Who comes now waits for what is promised.
    const late = await house.pin(root)
    expect(late.status).toBe('pinning')
    await house.work()
    expect(await house.told(late.id)).toEqual(['pinning', 'Complete here; waiting for 1 of 2 replicas (node-0 does not answer).'])
    house.nodes.nodes[2]!.isOut = false
    house.pass(hour)
    await house.work()
    for (const one of [id, late.id]) expect(await house.get(one)).toMatchObject({ status: 'pinned', reason: undefined, replicas: { state: 'confirmed', nodes: ['node-1', 'node-2'] } })
  })

  test('is no matter while nobody can be asked: nothing is concluded, and nothing is copied again', async () => {
    await using house = await openHouse()
    const roots = Array.from({ length: 60 }, (_, i) => leaf(`${i}`))
    for (const root of roots) await house.send(root)
    await house.work()
    house.nodes.setOut(true)
    house.pass(day)
    const before = house.nodes.calls()
    for (let i = 0; i < 3; i++) {
      await house.work()
      house.pass(20_000)
    }
    expect(house.nodes.calls() - before).toBe(3)
    for (const root of roots) expect(await house.row(root)).toMatchObject({ state: 'confirmed' })
  })

  test('and comes back: the copies count again', async () => {
    await using house = await openHouse({ size: 2 })
    const root = leaf('a')
    const { id } = await house.send(root)
    await house.work()
    house.nodes.nodes[0]!.isOut = true
    house.pass(day)
    await house.work()
    expect(await house.row(root)).toMatchObject({ state: 'degraded' })
    house.nodes.nodes[0]!.isOut = false
    house.pass(day)
    await house.work()
    expect(await house.get(id)).toMatchObject({ status: 'pinned', replicas: { state: 'confirmed', reason: undefined } })
  })
})

describe('what nobody holds any more', () => {
  test('is taken off the nodes with its last holder, also when they were out and the DAG is gone', async () => {
    await using house = await openHouse()
    const root = leaf('a')
    const dag = canonicalCid(root.cid)
    const first = await house.send(root)
    const second = await house.pin(root)
    await house.work()
    await house.remove(first.id)
    await house.work()
    expect(house.nodes.holders(dag)).toHaveLength(2)
    house.nodes.setOut(true)
    await house.remove(second.id)
    await house.work()
    await house.parts.reclaim.run(new AbortController().signal)
    expect(await house.db.read((r) => r.dags.get(dag))).toBeUndefined()
    expect(await house.row(root)).toMatchObject({ state: 'leaving' })
    house.nodes.setOut(false)
    house.pass(hour)
    await house.work()
    expect(house.nodes.holders(dag)).toEqual([])
    expect(await house.row(root)).toBeUndefined()
  })

  test('and is wanted again while it is taken off, stays', async () => {
    await using house = await openHouse()
    const root = leaf('a')
    const { id } = await house.send(root)
    await house.work()
    await house.remove(id)
    const letGo = house.nodes.hold()
    const working = house.work()
    await new Promise((resolve) => setTimeout(resolve, 50))
    const again = await house.pin(root)
    expect(again.status).toBe('pinning')
    letGo()
    await working
    await house.work()
    expect((await house.get(again.id)).status).toBe('pinned')
    expect(house.nodes.holders(canonicalCid(root.cid))).toHaveLength(2)
  })

  test('while it is being copied, is taken off then', async () => {
    await using house = await openHouse()
    const root = leaf('a')
    const { id } = await house.send(root)
    const go = house.nodes.hold()
    const working = house.work()
    await new Promise((resolve) => setTimeout(resolve, 50))
    await house.remove(id)
    go()
    await working
    await house.work()
    expect(house.nodes.holders(canonicalCid(root.cid))).toEqual([])
    expect(await house.row(root)).toBeUndefined()
  })
})

test('what a list blocks is given to no node, until the rule is taken back', async () => {
  let isBlocked = true
  await using house = await openHouse({ moderation: { ...openToAll, isBlocked: () => isBlocked } })
  const { id } = await house.send(leaf('blocked'))
  await house.work()
  expect(await house.told(id)).toEqual(['pinning', 'Complete here; waiting for 2 of 2 replicas (a denylist blocks it).'])
  isBlocked = false
  house.pass(hour)
  await house.work()
  expect(await house.told(id)).toEqual(['pinned', undefined])
})

describe('other settings', () => {
  test('from none to nodes: what is pinned stays so, degraded until it is there', async () => {
    await using house = await openHouse()
    await house.reopen(false)
    const roots = Array.from({ length: 60 }, (_, i) => leaf(`${i}`))
    const ids: string[] = []
    for (const root of roots) {
      const { id, status } = await house.send(root)
      expect(status).toBe('pinned')
      ids.push(id)
    }
    expect(await house.row(roots[0]!)).toBeUndefined()
    await house.reopen(true)
    house.nodes.setOut(true)
    await house.work()
    expect(await house.told(ids[7]!)).toEqual(['pinned', 'Pinned, but degraded: 0 of 2 replicas confirmed. It is being replicated again.'])
    house.nodes.setOut(false)
    house.pass(hour)
    await house.work()
    for (const id of ids) expect(await house.get(id)).toMatchObject({ status: 'pinned', replicas: { state: 'confirmed' } })
    // The next start goes through nothing.
    await house.reopen(true)
    expect(await house.work()).toEqual(['look-at-replicas'])
  })

  test('back to none: what waits is pinned, and nothing is left', async () => {
    await using house = await openHouse()
    house.nodes.setOut(true)
    const root = leaf('a')
    const { id } = await house.send(root)
    await house.work()
    await house.reopen(false)
    house.pass(hour)
    await house.work()
    expect(await house.get(id)).toMatchObject({ status: 'pinned', reason: undefined, replicas: undefined })
    await house.reopen(false)
    expect(house.parts.replication.isIdle).toBe(true)
  })
})
