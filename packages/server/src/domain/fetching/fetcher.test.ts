import { canonicalCid, codecs, type Block } from '@thole/dag'
import { expect, test } from 'vitest'
import { leaf, named, node, blockOf } from '../testing/blocks.ts'
import { createModeration, openToAll } from '../moderation/index.ts'
import { openHouse } from '../dags/testing/house.ts'
import { createFetcher, type FetcherParts } from './fetcher.ts'
import type { FetchLimits } from './limits.ts'
import { peerNetwork, peerWith, type FakePeer } from './testing/peer-network.ts'

async function open(peers: Record<string, FakePeer>, more: Partial<FetcherParts> = {}) {
  const house = await openHouse()
  const { network, status, log } = peerNetwork(peers)
  const { db, blocks, clock, parts, who } = house
  const fetcher = createFetcher({ db, blocks, network, clock, completeness: parts.completeness, moderation: openToAll, minFree: 0, ...more })
  const stop = new AbortController()
  return {
    ...house, status, log, stop, fetcher,
    pin: (root: Block, origins: string[] = []) => parts.pins.add(who, { cid: root.cid.toString(), origins }),
    async run(root: Block, { isNew = true } = {}) {
      const end = await fetcher.run(canonicalCid(root.cid), { isNew, signal: stop.signal })
      if (!end.done) await db.write(end.last)
      return end
    },
    view: (id: string) => parts.pins.get(who, id),
    state: (root: Block) => db.read((r) => r.fetches.get(canonicalCid(root.cid))),
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  }
}

/** A chain of single links, the last block first. */
function chain(length: number): Block[] {
  const blocks = [leaf('end')]
  for (let i = 1; i < length; i++) blocks.push(node(blocks.at(-1)!))
  return blocks
}

test('what a peer has is fetched once for all who wait, each block once', async () => {
  const shared = leaf('shared')
  const below = node(shared, leaf('b'))
  const root = named({ a: shared, b: below, c: node(shared, below) })
  const all = [root, shared, below, leaf('b'), node(shared, below)]
  await using house = await open({ '/a': peerWith(...all) })
  const pins = [await house.pin(root), await house.pin(root, ['/a', '/nobody'])]
  expect(await house.run(root)).toEqual({ done: true })
  for (const { id } of pins) expect(await house.view(id)).toMatchObject({ status: 'pinned', blocks: 5, reason: undefined, fetch: undefined })
  expect(house.log).toEqual({ sessions: 1, wanted: 5, sent: 5 })
  expect(await house.state(root)).toBeUndefined()
  expect(await house.run(root)).toEqual({ done: true })
})

test('with nobody to ask nothing is tried; a reason says what would help', async () => {
  const root = leaf('nowhere')
  await using house = await open({})
  const { id } = await house.pin(root)
  const first = await house.run(root)
  const second = await house.run(root, { isNew: false })
  expect(house.log.sessions).toBe(0)
  const waits = (end: typeof first) => (end.done ? 0 : end.runAt - Date.now())
  expect(waits(first)).toBeGreaterThan(50_000)
  expect(waits(second)).toBeGreaterThan(250_000)
  const { status, fetch } = await house.view(id)
  expect(status).toBe('queued')
  expect(fetch).toMatchObject({ reason: expect.stringMatching(/nobody to ask/), tries: 2, missing: 1, attempts: [] })
})

test('who was asked, and what they said, is told until the next try', async () => {
  const root = leaf('not there')
  await using house = await open({ '/lacks': peerWith() })
  const { id } = await house.pin(root, ['/lacks', '/dead'])
  const started = Date.now()
  const end = await house.run(root)
  // Everybody has said that it is not there, so there is nothing to wait for.
  expect(Date.now() - started).toBeLessThan(5_000)
  expect(end.done).toBe(false)
  const { status, fetch } = await house.view(id)
  expect(status).toBe('queued')
  expect(fetch?.reason).toBe('The root block is not here; asked 1 peer: 1 of them said that it is not there. Could not use /dead (connection refused).')
  expect(fetch?.attempts.map(({ address, state }) => [address, state])).toEqual([['/lacks', 'connected'], ['/dead', 'failed']])
  expect(fetch?.nextTry).toBe(end.done ? undefined : end.runAt)
})

test('an origin that comes with a new request is asked by the fetch that runs', async () => {
  const root = node(leaf('x'))
  await using house = await open({ '/mute': { ...peerWith(), mute: true }, '/has': peerWith(root, leaf('x')) })
  const first = await house.pin(root, ['/mute'])
  const running = house.run(root)
  await new Promise((resolve) => setTimeout(resolve, 300))
  const second = await house.pin(root, ['/has'])
  expect(await running).toEqual({ done: true })
  for (const { id } of [first, second]) expect((await house.view(id)).status).toBe('pinned')
})

test('the next try goes on from what is stored', async () => {
  const leaves = Array.from({ length: 50 }, (_, i) => leaf(`leaf ${i}`))
  const root = node(...leaves)
  const peer = peerWith(root, ...leaves.slice(0, 30))
  await using house = await open({ '/a': peer })
  const { id } = await house.pin(root, ['/a'])
  expect((await house.run(root)).done).toBe(false)
  await house.work()
  expect((await house.view(id)).fetch).toMatchObject({ blocks: 31, missing: 20, tries: 1, reason: expect.stringMatching(/^Not here yet: 20 blocks/) })
  for (const block of leaves.slice(30)) peer.has.set(canonicalCid(block.cid), block)
  const { sent } = house.log
  expect(await house.run(root)).toEqual({ done: true })
  expect(house.log.sent - sent).toBe(20)
  expect(await house.view(id)).toMatchObject({ status: 'pinned', blocks: 51 })
})

test('what goes beyond a limit has failed, and the reason names the limit', async () => {
  const leaves = Array.from({ length: 20 }, (_, i) => leaf(`leaf ${i}`))
  const wide = node(...leaves)
  const deep = chain(20)
  const all: FetchLimits = { maxBlocks: 21, maxBytes: 100_000, maxDepth: 19 }
  const failures = async (limits: FetchLimits, root: Block) => {
    await using house = await open({ '/a': peerWith(wide, ...leaves, ...deep) }, { limits })
    const { id } = await house.pin(root, ['/a'])
    expect(await house.run(root)).toEqual({ done: true })
    const { status, reason } = await house.view(id)
    return status === 'pinned' ? status : `${status}: ${reason}`
  }
  expect(await failures(all, wide)).toBe('pinned')
  expect(await failures(all, deep.at(-1)!)).toBe('pinned')
  expect(await failures({ ...all, maxBlocks: 20 }, wide)).toMatch(/^failed: .*20 blocks \(THOLE_MAX_DAG_BLOCKS\)/)
  expect(await failures({ ...all, maxBytes: 500 }, wide)).toMatch(/^failed: .*500 B \(THOLE_MAX_DAG_BYTES\)/)
  expect(await failures({ ...all, maxDepth: 18 }, deep.at(-1)!)).toMatch(/^failed: .*18 blocks deep \(THOLE_MAX_DAG_DEPTH\)/)
})

test('a chain of ten thousand links, and a diamond of 2^60 ways, take as long as they have blocks', async () => {
  const long = chain(10_000)
  const diamond = [leaf('end')]
  for (let i = 0; i < 60; i++) diamond.push(named({ left: diamond.at(-1)!, right: diamond.at(-1)! }))
  await using house = await open({ '/a': peerWith(...long, ...diamond) })
  for (const root of [long.at(-1)!, diamond.at(-1)!]) {
    const { id } = await house.pin(root, ['/a'])
    expect(await house.run(root)).toEqual({ done: true })
    expect((await house.view(id)).status).toBe('pinned')
  }
  expect(house.log.sent).toBe(10_000 + 60)
}, 20_000)

test('a block that is no node of its codec fails those who wait, and says which', async () => {
  const broken = blockOf(codecs.dagPb, Buffer.from('not a node'))
  const root = node(broken)
  await using house = await open({ '/a': peerWith(root, broken) })
  const { id } = await house.pin(root, ['/a'])
  expect(await house.run(root)).toEqual({ done: true })
  const { status, reason } = await house.view(id)
  expect([status, reason?.includes(broken.cid.toString())]).toEqual(['failed', true])
})

test('what a list blocks is asked for nowhere, however deep it lies, and fails those who wait', async () => {
  const bad = node(leaf('below what is blocked'))
  const root = named({ good: leaf('good'), folder: named({ bad }) })
  const peer = peerWith(root, leaf('good'), named({ bad }), bad, leaf('below what is blocked'))
  const find = (cid: Block['cid']) => (cid.equals(bad.cid) ? { rule: 'house:1', status: 410 as const } : undefined)
  const moderation = createModeration({ isEmpty: false, find, findName: () => undefined, lists: () => [], close: async () => {} })
  await using house = await open({ '/a': peer }, { moderation })
  const { id } = await house.pin(root, ['/a'])
  expect(await house.run(root)).toEqual({ done: true })
  const { status, reason } = await house.view(id)
  expect([status, reason]).toEqual(['failed', 'This content is blocked here, by rule house:1.'])
  expect(await house.blocks.has(bad.cid.multihash.bytes)).toBe(false)
  expect(house.log.sent).toBeLessThanOrEqual(3)
})

test('where this server cannot look nothing fails and no try counts, not even after the deadline', async () => {
  const root = leaf('late')
  await using house = await open({ '/a': peerWith(root) })
  const { id } = await house.pin(root, ['/a'])
  house.status.state = 'restarting'
  for (let i = 0; i < 3; i++) expect((await house.run(root, { isNew: false })).done).toBe(false)
  expect((await house.view(id)).fetch).toMatchObject({ reason: expect.stringMatching(/network process/), tries: 0 })
  await using full = await open({ '/a': peerWith(root) }, { minFree: Infinity })
  const other = await full.pin(root, ['/a'])
  expect((await full.run(root)).done).toBe(false)
  expect((await full.view(other.id)).fetch).toMatchObject({ reason: expect.stringMatching(/storage of this server is full/), tries: 0 })
  house.status.state = 'running'
  expect(await house.run(root)).toEqual({ done: true })
})

test('at the deadline the reason is kept; a new request begins anew', async () => {
  const root = leaf('given up')
  const peer = peerWith()
  await using house = await open({ '/a': peer })
  const late = { ...(await house.pin(root, ['/a'])), deadline: Date.now() - 1 }
  await house.db.write(async (w) => {
    await w.pins.remove(late.accountId, late.id)
    await w.pins.insert({ ...late, dag: canonicalCid(root.cid) })
  })
  expect(await house.run(root)).toEqual({ done: true })
  expect(await house.view(late.id)).toMatchObject({ status: 'failed', reason: expect.stringMatching(/^Given up at the deadline\. The root block is not here; asked 1 peer/) })
  peer.has.set(canonicalCid(root.cid), root)
  const again = await house.pin(root, ['/a'])
  expect(await house.run(root)).toEqual({ done: true })
  expect((await house.view(again.id)).status).toBe('pinned')
})

test('a fetch that has to give way keeps what came, and says that it goes on', async () => {
  const leaves = Array.from({ length: 10 }, (_, i) => leaf(`leaf ${i}`))
  const root = node(...leaves)
  await using house = await open({ '/a': peerWith(root, ...leaves.slice(0, 4)), '/mute': { ...peerWith(), mute: true } })
  const { id } = await house.pin(root, ['/a', '/mute'])
  const running = house.run(root)
  await new Promise((resolve) => setTimeout(resolve, 400))
  house.stop.abort()
  await expect(running).rejects.toThrow()
  expect(await house.view(id)).toMatchObject({ status: 'queued', fetch: { blocks: 5, reason: expect.stringMatching(/turn/) } })
  await house.work()
  expect(await house.describe(root)).toMatchObject({ missingCount: 6 })
})

test('many who wait for one DAG cost one row of reports', async () => {
  const root = leaf('wanted by many')
  await using house = await open({ '/lacks': peerWith() })
  await house.pin(root, ['/lacks'])
  const { account } = house.who
  await house.db.write(async (w) => {
    for (let i = 0; i < 3_000; i++) {
      const created = await w.accounts.nextStamp(account.id, Date.now())
      await w.pins.insert({ id: `many ${i}`, accountId: account.id, cid: root.cid.toString(), dag: canonicalCid(root.cid), origins: [], status: 'queued', created, deadline: 9e15 })
    }
  })
  const before = house.db.commits
  expect((await house.run(root)).done).toBe(false)
  expect(house.db.commits - before).toBeLessThan(10)
  expect((await house.view('many 7')).fetch?.reason).toMatch(/asked 1 peer/)
})

test('one that is given up fails those who wait; asked for again, it is fetched', async () => {
  const root = leaf('poison')
  await using house = await open({ '/a': peerWith(root) })
  const first = await house.pin(root, ['/a'])
  await house.fetcher.giveUp(canonicalCid(root.cid), 'The server ended 5 times while it fetched this.')
  expect(await house.view(first.id)).toMatchObject({ status: 'failed', reason: 'The server ended 5 times while it fetched this.', fetch: { missing: 1 } })
  const again = await house.pin(root, ['/a'])
  expect(await house.run(root)).toEqual({ done: true })
  expect((await house.view(again.id)).status).toBe('pinned')
})
