import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { embeddedNetwork } from '../../network/index.ts'
import { serving } from '../../network/testing/fetching.ts'
import { openToAll } from '../moderation/index.ts'
import { leaf, named as node } from '../testing/blocks.ts'
import { openHouse, quiet } from './testing/house.ts'

const soon = { timeout: 10_000, interval: 20 }

test('a read that finds damage makes every DAG with that block say so; its state and its pins stay; uploading it again heals', async () => {
  await using house = await openHouse()
  const [bad, good, other] = [leaf('bad'), leaf('good'), leaf('other')]
  const folder = node({ bad, good })
  const dags = [await house.pin(node({ docs: folder }), [folder, bad, good]), await house.pin(node({ bad }), [bad])]
  const whole = await house.pin(node({ other }), [other])
  await house.damage(bad)
  await vi.waitFor(async () => expect(await house.db.read((r) => r.jobs.byKey('repair', ''))).toBeDefined(), soon)

  const repaired = house.repair()
  await vi.waitFor(async () => expect(await house.damageOf(dags[0]!)).toMatchObject({ reason: expect.stringMatching(/THOLE_NETWORK=none.*upload/) }), soon)
  expect(await house.damageOf(dags[0]!)).toMatchObject({ blocks: 1, first: [{ cid: bad.cid.toString(), path: 'docs/bad' }] })
  expect(await house.damageOf(dags[1]!)).toMatchObject({ blocks: 1, first: [{ path: 'bad' }] })
  expect(await house.damageOf(whole)).toBeUndefined()
  expect(await house.db.read((r) => r.dags.get(dags[0]!))).toMatchObject({ state: 'complete' })
  const { pins } = await house.db.read((r) => r.pins.list(house.account.id, {}, 10))
  expect(pins.map(({ status, damage }) => [status, damage?.blocks])).toEqual([['pinned', undefined], ['pinned', 1], ['pinned', 1]])

  await house.put([bad])
  await repaired
  expect([await house.damageOf(dags[0]!), await house.damageOf(dags[1]!)]).toEqual([undefined, undefined])
  expect(await house.db.read((r) => r.damage.count())).toEqual({ blocks: 0, dags: 0 })
  const told = await house.db.read((r) => r.events.list({ accountId: null, kinds: ['store.damaged', 'store.repaired'] }, 10))
  expect(told.map(({ kind, data }) => [kind, data.count])).toEqual([['store.repaired', 1], ['store.damaged', 1]])
})

test('what a damaged node hid comes to light when the node is back', async () => {
  await using house = await openHouse()
  const [leafBelow, inner] = [leaf('below'), node({ below: leaf('below') })]
  const dag = await house.pin(node({ inner }), [inner, leafBelow])
  await house.damage(inner, leafBelow)
  const repaired = house.repair()
  await vi.waitFor(async () => expect(await house.damageOf(dag)).toMatchObject({ blocks: 1, first: [{ path: 'inner' }] }), soon)
  await house.put([inner])
  await vi.waitFor(async () => expect(await house.damageOf(dag)).toMatchObject({ blocks: 1, first: [{ path: 'inner/below' }] }), soon)
  await house.put([leafBelow])
  await repaired
})

test('damage that nobody wrote down is found at the next start', async () => {
  await using house = await openHouse()
  const block = leaf('forgotten')
  const dag = await house.pin(block, [])
  await house.damage(block)
  await vi.waitFor(async () => expect(await house.db.read((r) => r.damage.hasUnplaced())).toBe(true), soon)
  await house.db.write((w) => w.damage.heal([Buffer.from(block.cid.multihash.bytes).toString('hex')]))
  house.repair()
  await vi.waitFor(async () => expect(await house.damageOf(dag)).toMatchObject({ blocks: 1, first: [{ path: '' }] }), soon)
})

test('damaged blocks that no DAG needs are forgotten', async () => {
  await using house = await openHouse()
  const stray = leaf('stray')
  await house.put([stray])
  await house.damage(stray)
  await house.repair()
  expect(await house.db.read((r) => r.damage.count())).toEqual({ blocks: 0, dags: 0 })
})

test('fetches damaged blocks again: from the origins that requests name, node after node', async () => {
  const keys = await mkdtemp(join(tmpdir(), 'thole-keys-'))
  const open = (name: string) => embeddedNetwork({ mode: 'local', keyFile: join(keys, name), log: quiet })
  const [here, there] = await Promise.all([open('here'), open('there')])
  const [a, b] = [leaf('a'), leaf('b')]
  const inner = node({ a, b })
  const root = node({ inner })
  await Promise.all([here.start(serving([])), there.start(serving([root, inner, a, b]))])
  await using house = await openHouse({ network: here })
  const dag = await house.pin(root, [inner, a, b], there.status().addresses)
  await house.damage(root, inner, a)
  await house.repair()
  for (const block of [root, inner, a, b]) expect(await house.blocks.get(block.cid.multihash.bytes)).toEqual(new Uint8Array(block.bytes))
  expect(await house.damageOf(dag)).toBeUndefined()
  await there.close()
  await rm(keys, { recursive: true, force: true })
}, 30_000)

test('nobody has it: says who was asked, and when it is tried again', async () => {
  const keys = await mkdtemp(join(tmpdir(), 'thole-keys-'))
  const network = await embeddedNetwork({ mode: 'local', keyFile: join(keys, 'here'), log: quiet })
  await network.start(serving([]))
  await using house = await openHouse({ network })
  const block = leaf('only here')
  const dag = await house.pin(block, [], ['/ip4/127.0.0.1/tcp/9/p2p/12D3KooWGRUuJh6hPXHHVhgVnhYWNzVHs7XfTnRfwKpZZVBoMJpm'])
  await house.damage(block)
  house.repair()
  await vi.waitFor(async () => expect((await house.damageOf(dag))?.reason).toMatch(/no origin could be reached.*tcp\/9.*Next try in 2 seconds/), soon)
  expect((await house.db.read((r) => r.damage.blocks('', 9)))[0]).toMatchObject({ tries: 1, nextTry: expect.toSatisfy((at: number) => at > Date.now()) })
  await rm(keys, { recursive: true, force: true })
}, 30_000)

test('what a list blocks is not fetched again, and says so', async () => {
  const block = leaf('not wanted here')
  const moderation = { ...openToAll, isBlocked: () => true }
  await using house = await openHouse({ moderation })
  const dag = await house.pin(block, [])
  await house.damage(block)
  house.repair()
  await vi.waitFor(async () => expect((await house.damageOf(dag))?.reason).toMatch(/A denylist blocks it/), soon)
})
