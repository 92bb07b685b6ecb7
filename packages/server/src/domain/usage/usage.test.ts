import { expect, test } from 'vitest'
import { leaf, node } from '../testing/blocks.ts'
import { openHouse, signal } from '../reclaim/testing/house.ts'
import { createMetering, createUsage, openPlans } from './index.ts'

type House = Awaited<ReturnType<typeof openHouse>>

async function usageOf(house: House) {
  return createUsage({ ...house, plans: await openPlans(house), metering: createMetering(house) })
}

test('each root once an account, in full, whatever others hold', async () => {
  await using house = await openHouse()
  const usage = await usageOf(house)
  const [one, two] = [await house.member(), await house.member()]
  const shared = leaf('shared by both roots')
  const [a, b] = [node(shared, leaf('a')), node(shared, leaf('b'))]
  const sizeOfA = a.bytes.length + shared.bytes.length + 1
  expect(await usage.account(one)).toMatchObject({ bytes: 0, blocks: 0, dags: 0, uploads: 0 })
  const first = await house.send(one, [a], [a, shared, leaf('a')])
  await house.send(one, [a], [a])
  const pin = await house.pins.add(one, { cid: a.cid.toString() })
  expect(await usage.account(one)).toMatchObject({ bytes: sizeOfA, blocks: 3, dags: 1, uploads: 2 })
  await house.send(one, [b], [b, leaf('b')])
  expect(await usage.account(one)).toMatchObject({ bytes: 2 * sizeOfA, blocks: 6, dags: 2, uploads: 3 })
  await house.send(two, [a], [a], { pin: false })
  expect(await usage.account(two)).toMatchObject({ bytes: sizeOfA, blocks: 3, dags: 1, uploads: 1 })
  await house.uploads.remove(one, first.id)
  await house.pins.remove(one, pin.id)
  expect((await usage.account(one)).dags).toBe(2)
  expect(await usage.storage(one)).toMatchObject({ blocks: 5, damaged: 0 })
})

test('what is not complete is charged when it is', async () => {
  await using house = await openHouse()
  const usage = await usageOf(house)
  const who = await house.member()
  const root = node(leaf('a'), leaf('b'))
  await house.send(who, [root], [root, leaf('a')])
  expect(await usage.account(who)).toMatchObject({ bytes: 0, blocks: 0, dags: 1, uploads: 1 })
  await house.send(who, [root], [leaf('b')])
  expect(await usage.account(who)).toMatchObject({ bytes: root.bytes.length + 2, blocks: 3, dags: 1, uploads: 2 })
})

test('the storage tells what was reclaimed last', async () => {
  await using house = await openHouse()
  const usage = await usageOf(house)
  const who = await house.member()
  expect((await usage.storage(who)).reclaim).toBeUndefined()
  const report = await house.reclaim.run(signal)
  expect((await usage.storage(who)).reclaim).toEqual(report)
})

test('a key needs the scope', async () => {
  await using house = await openHouse()
  const usage = await usageOf(house)
  const who = { ...(await house.member()), scopes: new Set(['pins:read'] as const) }
  await expect(usage.account(who)).rejects.toMatchObject({ code: 'SCOPE_MISSING' })
  await expect(usage.storage(who)).rejects.toMatchObject({ code: 'SCOPE_MISSING' })
})
