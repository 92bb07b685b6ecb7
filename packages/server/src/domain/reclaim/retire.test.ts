import { expect, test } from 'vitest'
import { retirePartials } from './retire.ts'
import { leaf, node } from '../testing/blocks.ts'
import { openHouse, signal, type House } from './testing/house.ts'

const ttl = 1_000_000
const [a, b, absent] = [leaf('a'), leaf('b'), leaf('absent')]
const root = node(a, b, absent)
const dag = root.cid.toString()

const retire = (house: House) => retirePartials({ db: house.db, now: house.clock.time, ttl, signal })

test('the parts of what was never completed are held until some time after the last one', async () => {
  await using house = await openHouse({ partialTtl: ttl })
  const who = await house.member()
  await house.send(who, [root], [root, a])
  house.clock.time += ttl - 1
  await house.send(who, [root], [b], { pin: false })
  house.clock.time += ttl - 1
  expect(await retire(house)).toBe(0)
  const before = await house.pins.list(who, {}, 10)
  expect(before.pins).toMatchObject([{ status: 'queued', deadline: house.clock.time + 1 }])
  house.clock.time += 2
  expect(await retire(house)).toBe(2)
  const { pins } = await house.pins.list(who, {}, 10)
  expect(pins).toMatchObject([{ status: 'failed', reason: 'Given up: its other parts did not come within 17 minutes of the last one.' }])
  expect((await house.uploads.list(who, { limit: 10 })).count).toBe(0)
  expect(await house.db.read((r) => r.usage.of(who.account.id))).toEqual({ bytes: 0, blocks: 0, dags: 0 })
  await house.reclaim.run(signal)
  expect((await house.blocks.stats()).blocks).toBe(0)
  await house.pins.remove(who, pins[0]!.id)
  await house.reclaim.run(signal)
  expect(await house.db.read((r) => r.dags.get(dag))).toBeUndefined()
})

test('each account waits for its own parts; who pinned by CID waits for the deadline of that', async () => {
  await using house = await openHouse({ partialTtl: ttl })
  const [one, two, three] = [await house.member(), await house.member(), await house.member()]
  await house.send(one, [root], [root, a])
  const pin = await house.pins.add(three, { cid: dag })
  house.clock.time += ttl
  await house.send(two, [root], [root, b])
  house.clock.time += 1
  expect(await retire(house)).toBe(1)
  expect((await house.pins.list(one, {}, 10)).pins).toMatchObject([{ status: 'failed' }])
  expect((await house.pins.list(two, {}, 10)).pins).toMatchObject([{ status: 'queued' }])
  expect(await house.pins.get(three, pin.id)).toMatchObject({ status: 'queued' })
  await house.reclaim.run(signal)
  expect(await house.isHere(root, b)).toEqual([true, true])
})

test('only the root that lacks something is ended, and what is complete never is', async () => {
  await using house = await openHouse({ partialTtl: ttl })
  const who = await house.member()
  const whole = node(a)
  await house.send(who, [root, whole], [root, whole, a])
  house.clock.time += ttl + 1
  expect(await retire(house)).toBe(1)
  const { uploads } = await house.uploads.list(who, { limit: 10 })
  expect(uploads).toMatchObject([{ roots: [{ cid: whole.cid.toString() }] }])
  expect(await retire(house)).toBe(0)
})

test('many parts of many roots', async () => {
  await using house = await openHouse({ partialTtl: ttl })
  const who = await house.member()
  const roots = Array.from({ length: 3 }, (_, i) => node(leaf(`absent ${i}`)))
  const parts = [...roots, ...Array.from({ length: 102 }, () => roots[0]!)]
  await Promise.all(parts.map((part) => house.send(who, [part], [part])))
  house.clock.time += ttl + 1_000
  expect(await retire(house)).toBe(105)
  expect(await house.db.read((r) => r.usage.of(who.account.id))).toEqual({ bytes: 0, blocks: 0, dags: 0 })
})
