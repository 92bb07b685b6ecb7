import { expect, test } from 'vitest'
import type { Principal } from '../access/index.ts'
import { createPinOnRead } from '../pins/index.ts'
import { openHouse, signal, type House } from '../reclaim/testing/house.ts'
import { leaf, node } from '../testing/blocks.ts'
import { createUnread } from './unread.ts'
import { createUploads } from './uploads.ts'

const day = 86_400_000
const ttl = 30 * day
const [a, b, absent] = [leaf('a'), leaf('b'), leaf('absent')]

const unreadOf = ({ db, clock }: House, after = ttl) => createUnread({ db, clock, ttl: after })
const waiting = async (house: House, who: Principal) => (await house.uploads.list(who, { limit: 10 })).uploads.flatMap(({ roots }) => roots.map(({ cid }) => cid))
const told = async ({ db }: House, { account }: Principal) => (await db.read((r) => r.events.list({ accountId: account.id, kinds: ['upload.expiring', 'upload.expired'] }, 10))).map(({ kind, data }) => [kind, data.count])

test('an upload that nobody reads ends, after its owner was warned', async () => {
  await using house = await openHouse()
  const who = await house.member()
  const start = house.clock.time
  await house.send(who, [a], [a], { pin: false })
  const unread = unreadOf(house)
  const look = async (at: number) => {
    house.clock.time = start + at
    await unread.turn(signal)
    return [(await waiting(house, who)).length, await told(house, who)]
  }
  expect(await look(23 * day - 1)).toEqual([1, []])
  expect(await look(23 * day)).toEqual([1, [['upload.expiring', 1]]])
  expect(await look(30 * day - 1)).toEqual([1, [['upload.expiring', 1]]])
  expect(await look(30 * day)).toEqual([0, [['upload.expired', 1], ['upload.expiring', 1]]])
  expect(await house.db.read((r) => r.usage.of(who.account.id))).toMatchObject({ bytes: 0, dags: 0 })
  await house.reclaim.run(signal)
  expect(await house.isHere(a)).toEqual([false])
})

test('whoever reads it in time keeps it, and what is pinned or lacks blocks has no end', async () => {
  await using house = await openHouse()
  const who = await house.member()
  const partial = node(b, absent)
  await house.send(who, [a], [a], { pin: false })
  await house.send(who, [b], [b])
  await house.send(who, [partial], [partial], { pin: false })
  house.clock.time += 29 * day
  const unread = unreadOf(house)
  await unread.turn(signal)
  await createPinOnRead({ completeness: house.completeness, clock: house.clock }).pin(a.cid)
  house.clock.time += 100 * day
  await unread.turn(signal)
  await unread.turn(signal)
  expect(await waiting(house, who)).toHaveLength(3)
  expect(await house.db.read((r) => r.uploads.unread(undefined, 10))).toEqual([])
})

test('a setting that is new ends nothing that its owner has not known of for a week', async () => {
  await using house = await openHouse()
  const who = await house.member()
  await house.send(who, [a], [a], { pin: false })
  house.clock.time += 400 * day
  const unread = unreadOf(house)
  await unread.turn(signal)
  house.clock.time += 7 * day - 1
  await unread.turn(signal)
  expect(await waiting(house, who)).toHaveLength(1)
  // Taken back for a while, the owner has to be warned anew.
  await unreadOf(house, 0).start()
  house.clock.time += day
  await unread.turn(signal)
  expect(await waiting(house, who)).toHaveLength(1)
  house.clock.time += 7 * day
  await unread.turn(signal)
  expect(await waiting(house, who)).toHaveLength(0)
})

test('the list says when, and without the setting what is never read stays', async () => {
  await using house = await openHouse()
  const who = await house.member()
  const { created } = await house.send(who, [a], [a], { pin: false })
  await house.send(who, [b], [b])
  const listed = async (unpinnedTtl: number) => (await createUploads({ ...house.parts, unpinnedTtl }).list(who, { limit: 10 })).uploads.map(({ roots }) => roots[0]!.expires)
  expect(await listed(ttl)).toEqual([undefined, created + ttl])
  expect(await listed(0)).toEqual([undefined, undefined])
  house.clock.time += 29 * day
  expect(await listed(ttl)).toEqual([undefined, house.clock.time + 7 * day])
  await unreadOf(house).turn(signal)
  house.clock.time += 2 * day
  expect(await listed(ttl)).toEqual([undefined, house.clock.time + 5 * day])
  await unreadOf(house, 0).turn(signal)
  house.clock.time += 1000 * day
  await unreadOf(house, 0).turn(signal)
  expect(await waiting(house, who)).toHaveLength(2)
})

test('many, of several accounts, are told of once an account', async () => {
  await using house = await openHouse()
  const [one, other] = [await house.member(), await house.member()]
  for (let i = 0; i < 205; i++) {
    const block = leaf(`leaf ${i}`)
    await house.send(i % 2 ? one : other, [block], [block], { pin: false })
  }
  const unread = unreadOf(house)
  house.clock.time += 24 * day
  await unread.turn(signal)
  house.clock.time += 7 * day
  await unread.turn(signal)
  expect((await told(house, one)).filter(([kind]) => kind === 'upload.expired').reduce((sum, [, count]) => sum + Number(count), 0)).toBe(102)
  expect(await waiting(house, other)).toEqual([])
})
