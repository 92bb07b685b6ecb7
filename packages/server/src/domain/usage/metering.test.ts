import { expect, test } from 'vitest'
import { canonicalCid } from '@thole/dag'
import type { Mailing } from '../../ports/post.ts'
import { leaf, node } from '../testing/blocks.ts'
import { createAllowances, createMarks, createMetering, countServedBlocks, storedHours } from './index.ts'
import { carOf, inPieces, openHouse, signal } from './testing/house.ts'

const hour = 3_600_000
const profile = 'unixfs-v1-2025'
const later = { flushEvery: 1e9 }

test('what the public reads is charged to who has held it for longest; what nobody holds, to nobody', async () => {
  await using house = await openHouse()
  const [first, second] = [await house.member({}), await house.member({})]
  const block = leaf('shared')
  for (const who of [first, second]) {
    await house.uploads.car(who, inPieces(carOf(block, block)), { profile, signal })
    house.clock.time += 5
  }
  const charges: unknown[] = []
  const metering = createMetering({ ...house, ...later, onCharge: (accountId, traffic) => charges.push([accountId, traffic]) })
  const root = canonicalCid(block.cid)
  for (const bytes of [10, 20]) metering.count({ kind: 'gateway', bytes, root })
  metering.count({ kind: 'gateway', bytes: 7, account: second.account.id, root })
  metering.count({ kind: 'gateway', bytes: 1000, root: canonicalCid(leaf('unknown').cid) })
  await metering.flush()
  const of = ({ account: { id } }: typeof first) => house.db.read((r) => r.traffic.since(id, 0))
  expect(await of(first)).toEqual({ requests: 2, sent: 30 })
  expect(await of(second)).toEqual({ requests: 1, sent: 7 })
  expect(charges).toEqual([[second.account.id, { requests: 1, sent: 7 }], [first.account.id, { requests: 2, sent: 30 }]])
  await metering.close()
})

test('a database that is away costs nobody anything', async () => {
  await using house = await openHouse()
  const { account } = await house.member({})
  let isAway = true
  const db = { ...house.db, write: (...args: Parameters<typeof house.db.write>) => (isAway ? Promise.reject(new Error('away')) : house.db.write(...args)) }
  const metering = createMetering({ db: db as typeof house.db, clock: house.clock, ...later })
  metering.count({ kind: 'api', bytes: 5, account: account.id })
  await metering.flush()
  metering.count({ kind: 'api', bytes: 6, account: account.id })
  isAway = false
  await metering.close()
  expect(await house.db.read((r) => r.traffic.since(account.id, 0))).toEqual({ requests: 2, sent: 11 })
})

test('blocks that peers get are charged by the root that they asked for first', async () => {
  await using house = await openHouse()
  const who = await house.member({})
  const [a, b] = [leaf('a'), leaf('b')]
  const middle = node(a)
  const root = node(middle, b)
  await house.uploads.car(who, inPieces(carOf(root, root, middle, a, b)), { profile, signal })
  const metering = createMetering({ ...house, ...later })
  const served = countServedBlocks(metering)
  const all = [root, middle, a, b]
  served(b.cid, b.bytes)
  for (const { cid, bytes } of all) served(cid, bytes)
  await metering.close()
  const sent = all.reduce((sum, { bytes }) => sum + bytes.length, 0)
  expect(await house.db.read((r) => r.traffic.since(who.account.id, 0))).toEqual({ requests: 4, sent })
})

test('hours are written down when they have ended, also after a rest, and forgotten', async () => {
  await using house = await openHouse()
  const who = await house.member({})
  house.clock.time = 1e6 * hour
  const block = leaf('x'.repeat(1000))
  await house.uploads.car(who, inPieces(carOf(block, block)), { profile, signal })
  const hours = storedHours({ ...house, keep: 3 * hour })
  house.clock.time += 4.5 * hour
  await Promise.all([hours.run(), storedHours({ ...house, keep: 0 }).run()])
  const from = 1e6 * hour
  const held = await house.db.read((r) => r.traffic.steps(who.account.id, { from, to: from + 9 * hour, step: hour }, house.clock.time))
  expect(held.map(({ at, byteHours }) => [(at - from) / hour, byteHours])).toEqual([[2, 1000], [3, 1000], [4, 500]])
  await hours.close()
})

test('what a plan gives for a month is refused when it is used up, until the next', async () => {
  await using house = await openHouse()
  const { account } = await house.member({ bandwidthBytes: 100, requests: 3 })
  const { account: free } = await house.member({})
  const allowances = createAllowances({ ...house })
  const spent = { code: 'ALLOWANCE_SPENT', status: 429 }
  const ask = async (what: 'demandRequest' | 'demandBandwidth', who = account) => allowances[what](who)
  await ask('demandRequest')
  for (let i = 0; i < 3; i++) allowances.spent(account.id, { requests: 1, sent: 33 })
  await expect(ask('demandRequest')).rejects.toMatchObject(spent)
  await ask('demandBandwidth')
  allowances.spent(account.id, { requests: 0, sent: 1 })
  await expect(ask('demandBandwidth')).rejects.toMatchObject({ ...spent, message: expect.stringContaining('100 B were sent of the 100 B that the plan Small gives') })
  await ask('demandRequest', free)
  house.clock.time += 32 * 24 * hour
  await ask('demandBandwidth')
  // What another process counted is known here, too.
  const at = house.clock.time - (house.clock.time % hour)
  await house.db.write((w) => w.traffic.add([{ accountId: account.id, hour: at, kind: 'api', requests: 9, sent: 0 }]))
  house.clock.time += 6_000
  await expect.poll(() => ask('demandRequest').then(() => 'admitted', ({ code }: { code: string }) => code)).toBe('ALLOWANCE_SPENT')
})

test('each mark is told once a month, by an event and a letter', async () => {
  await using house = await openHouse()
  const who = await house.member({ storageBytes: 1000 })
  const letters: Mailing[] = []
  const marks = createMarks({ ...house, post: { put: async (_w, mailing) => void letters.push(mailing) } })
  const events = () => house.db.read(async (r) => (await r.events.list({ accountId: who.account.id, kinds: ['quota.warned', 'quota.reached'] }, 9)).map(({ kind, data }) => [kind, data['percent']]))
  const hold = async (size: number) => {
    const block = leaf(String(size).padEnd(size, '.'))
    await house.uploads.car(who, inPieces(carOf(block, block)), { profile, signal })
    marks.look(who.account.id)
  }
  await hold(700)
  await hold(60)
  await expect.poll(events, { timeout: 5_000 }).toEqual([['quota.warned', 76]])
  await house.plans.put(who, { ...house.plans.of(who.account)!, storageBytes: 760 })
  marks.look(who.account.id)
  await expect.poll(events, { timeout: 5_000 }).toEqual([['quota.reached', 100], ['quota.warned', 76]])
  expect(letters).toMatchObject([{ to: who.account.email, subject: '75 % of your storage is used' }, { subject: 'All of your storage is used' }])
  await marks.close()
})
