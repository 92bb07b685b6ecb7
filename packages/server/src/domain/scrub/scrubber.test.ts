import { expect, test } from 'vitest'
import type { Principal } from '../access/index.ts'
import { leaf, named as node } from '../testing/blocks.ts'
import { openHouse } from './testing/house.ts'

const day = 86_400_000
const admin = (house: { account: Principal['account'] }): Principal => ({ account: house.account, scopes: new Set(['admin']) })

test('reads every block, writes down what is bad, and comes again after the period', async () => {
  await using house = await openHouse({ period: 30 * day })
  const leaves = Array.from({ length: 20 }, (_, i) => leaf(`leaf ${i}`))
  const root = node(Object.fromEntries(leaves.map((one, i) => [`${i}`, one])))
  const dag = await house.pin(root, leaves)
  house.blocks.corrupt(leaves[7]!.cid.multihash.bytes)
  await house.scrubber.schedule()
  const job = await house.db.read((r) => r.jobs.byKey('scrub', ''))
  expect(job!.runAt - Date.now()).toBeGreaterThan(29 * day)

  const end = await house.scrubber.run(house.signal)
  expect(end).toMatchObject({ done: false })
  const { now, last, next, damaged } = await house.scrubber.progress(admin(house))
  expect([now, last?.blocks, last?.damaged, damaged]).toEqual([undefined, 21, 1, { blocks: 1, dags: 1 }])
  expect(next).toBe(last!.started + 30 * day)
  expect((await house.damageOf(dag))?.first).toEqual([{ cid: leaves[7]!.cid.toString(), path: '7' }])
  expect(await house.db.read((r) => r.jobs.byKey('repair', ''))).toBeDefined()

  expect(await house.scrubber.run(house.signal)).toEqual(end)
  house.clock.ahead = 31 * day
  await house.scrubber.run(house.signal)
  expect((await house.scrubber.progress(admin(house))).last!.started).toBeGreaterThan(last!.started + 30 * day)
})

test('a block that is gone is found too', async () => {
  await using house = await openHouse()
  const [gone, stays] = [leaf('gone'), leaf('stays')]
  const root = node({ gone, stays })
  const dag = await house.pin(root, [gone, stays])
  await using run = await house.blocks.reclaim()
  await run.mark([root, stays].map(({ cid }) => cid.multihash.bytes))
  for await (const _ of run.sweep());
  await house.scrubber.start(admin(house), {})
  expect(await house.scrubber.run(house.signal)).toEqual({ done: true })
  expect((await house.damageOf(dag))?.first).toEqual([{ cid: gone.cid.toString(), path: 'gone' }])
})

test('keeps to its rate; stopped, it goes on where it was', async () => {
  await using house = await openHouse({ rate: 20_000 })
  const all = Array.from({ length: 10 }, (_, i) => leaf(`${i}`.repeat(4_000)))
  await house.put(all)
  const started = await house.scrubber.start(admin(house), {})
  expect(started).toMatchObject({ now: { blocks: 0, share: 0, rate: 20_000 } })
  const stop = new AbortController()
  setTimeout(() => stop.abort(), 300)
  const before = performance.now()
  await expect(house.scrubber.run(stop.signal)).rejects.toThrow()
  expect(performance.now() - before).toBeLessThan(800)
  const { now } = await house.scrubber.progress(admin(house))
  expect(now!.blocks).toBeGreaterThan(0)
  expect(now!.blocks).toBeLessThan(5)
  await house.scrubber.start(admin(house), { rate: 40_000 })
  expect((await house.scrubber.progress(admin(house))).now).toMatchObject({ blocks: now!.blocks, rate: 40_000 })
  const again = performance.now()
  await house.scrubber.run(house.signal)
  expect(performance.now() - again).toBeGreaterThan(((40_000 - now!.bytes) / 40_000) * 1000 - 50)
  expect((await house.scrubber.progress(admin(house))).last).toMatchObject({ blocks: 10, bytes: 40_000 })
})

test('without a schedule nothing runs by itself', async () => {
  await using house = await openHouse({ period: 0 })
  await house.scrubber.schedule()
  expect(await house.db.read((r) => r.jobs.byKey('scrub', ''))).toBeUndefined()
  expect(await house.scrubber.run(house.signal)).toEqual({ done: true })
  expect(await house.scrubber.progress(admin(house))).toEqual({ last: undefined, next: undefined, damaged: { blocks: 0, dags: 0 } })
})

test('is for admins', async () => {
  await using house = await openHouse()
  const somebody: Principal = { account: house.account, scopes: new Set(['account']) }
  await expect(house.scrubber.start(somebody, {})).rejects.toMatchObject({ code: 'SCOPE_MISSING' })
  await expect(house.scrubber.progress(somebody)).rejects.toMatchObject({ code: 'SCOPE_MISSING' })
})
