import { expect, test } from 'vitest'
import { garbageNotes, type ReclaimCause } from './index.ts'
import { writeReport } from './report.ts'
import { leaf, node } from '../testing/blocks.ts'
import { openHouse, signal, type House } from './testing/house.ts'

const hour = 3_600_000
const day = 24 * hour

/** When the job of this cause runs next. */
const dueAt = async (house: House, cause: ReclaimCause) => (await house.db.read((r) => r.jobs.byKey('reclaim', cause)))?.runAt

/** Runs the job of this cause as the queue does. Returns when it runs again. */
async function turn(house: House, cause: ReclaimCause): Promise<number | undefined> {
  const owner = crypto.randomUUID()
  const now = house.clock.time
  const jobs = await house.db.write((w) => w.jobs.claim({ kinds: ['reclaim'], owner, now, until: now + 15_000, limit: 10 }))
  const job = jobs.find(({ key }) => key === cause)!
  await house.schedule.turn(cause, signal)
  await house.db.write((w) => w.jobs.finish(job, owner, house.clock.time))
  return dueAt(house, cause)
}

/** An upload that was deleted at once. */
async function deleted(house: House, text: string): Promise<void> {
  const who = await house.member()
  const { id } = await house.send(who, [leaf(text)], [leaf(text)])
  await house.uploads.remove(who, id)
}

test('a start sets the first turns, and never puts them off', async () => {
  await using house = await openHouse({ partialTtl: 30 * day })
  const begun = house.clock.time
  await house.schedule.begin()
  house.clock.time += hour
  await house.schedule.begin()
  expect([await dueAt(house, 'regular'), await dueAt(house, 'released')]).toEqual([begun + day, begun + 1_000])
})

test('what is released is looked at soon and reclaimed when its grace is over', async () => {
  await using house = await openHouse({ grace: 50_000 })
  const start = house.clock.time
  await deleted(house, 'a')
  expect(await dueAt(house, 'released')).toBe(start + 1_000)
  house.clock.time += 1_000
  expect(await turn(house, 'released')).toBe(start + 50_000)
  expect(await house.isHere(leaf('a'))).toEqual([true])
  house.clock.time = start + 20_000
  await deleted(house, 'b')
  house.clock.time = start + 50_000
  expect(await turn(house, 'released')).toBe(start + 70_000)
  expect(await house.isHere(leaf('a'), leaf('b'))).toEqual([false, true])
  house.clock.time = start + 70_000
  expect(await turn(house, 'released')).toBeUndefined()
  expect(await house.isHere(leaf('b'))).toEqual([false])
})

test('after a run it rests, the longer the longer that took', async () => {
  await using house = await openHouse()
  const ended = house.clock.time
  await writeReport(house.db, { started: ended - 5_000, ended, dags: 0, blocks: 0, bytes: 0 })
  await deleted(house, 'a')
  house.clock.time += 1_000
  expect(await turn(house, 'released')).toBe(ended + 45_000)
  expect(await house.isHere(leaf('a'))).toEqual([true])
  house.clock.time = ended + 45_000
  await turn(house, 'released')
  expect(await house.isHere(leaf('a'))).toEqual([false])
})

test('a clock that was put back does not stop it', async () => {
  await using house = await openHouse()
  await deleted(house, 'a')
  house.clock.time += 1_000
  await turn(house, 'released')
  house.clock.time -= 500_000
  await deleted(house, 'b')
  house.clock.time += 1_000
  await turn(house, 'released')
  expect(await house.isHere(leaf('b'))).toEqual([false])
})

test('a run that could not sweep is tried again after a while', async () => {
  await using house = await openHouse()
  const who = await house.member()
  const root = node(leaf('below'))
  await house.send(who, [root], [root, leaf('below')])
  await deleted(house, 'a')
  house.blocks.corrupt(root.cid.multihash.bytes)
  house.clock.time += 1_000
  expect(await turn(house, 'released')).toBe(house.clock.time + 600_000)
})

test('garbage and the regular run reclaim without anything released', async () => {
  await using house = await openHouse({ partialTtl: 30 * day })
  await house.schedule.begin()
  await garbageNotes(house)()
  for (const cause of ['garbage', 'regular'] as const) {
    await house.leave(leaf('a'))
    expect(await house.isHere(leaf('a'))).toEqual([true])
    house.clock.time = (await dueAt(house, cause))!
    const next = await turn(house, cause)
    expect(await house.isHere(leaf('a'))).toEqual([false])
    expect(next).toBe(cause === 'regular' ? house.clock.time + day : undefined)
  }
})

test('after a start that came to no end, the next one reclaims at once: freed blocks may be here again', async () => {
  await using house = await openHouse()
  await house.schedule.begin()
  await house.schedule.end()
  await house.schedule.begin()
  expect(await dueAt(house, 'garbage')).toBeUndefined()
  // What a rebuilt index brought back: a block whose row is gone.
  await house.leave(leaf('revived'))
  const now = house.clock.time
  await writeReport(house.db, { started: now - 60_000, ended: now, dags: 0, blocks: 0, bytes: 0 })
  await house.schedule.begin()
  expect(await dueAt(house, 'garbage')).toBe(now + 1_000)
  house.clock.time += 1_000
  await turn(house, 'garbage')
  expect(await house.isHere(leaf('revived'))).toEqual([false])
})
