import { expect, test } from 'vitest'
import { scopes } from '../../kernel/scopes.ts'
import { announceJob, createProviding } from './index.ts'
import { openHouse } from './testing/house.ts'

const live = new AbortController().signal
const hour = 3_600_000

test('a root is announced once it is complete and held, the longest waiting first, and again after 22 hours', async () => {
  await using house = await openHouse()
  const { providing, clock, heard } = house
  const now = clock.now()
  const [b] = await house.hold({ at: now - 10 })
  const [a] = await house.hold({ at: now - 20 })
  const [partial] = await house.hold({ complete: false })
  await providing.announce(live)
  expect(heard()).toEqual([a, b])
  await providing.announce(live)
  clock.ahead = 21.9 * hour
  await providing.announce(live)
  expect(heard()).toEqual([])
  clock.ahead = 22.1 * hour
  await providing.announce(live)
  expect(heard().toSorted()).toEqual([a, b].toSorted())
  expect((await house.rows()).map(({ dag }) => dag)).not.toContain(partial)
})

test('what nobody holds any more is announced no more, until somebody does again', async () => {
  await using house = await openHouse()
  const { providing, clock, heard } = house
  const [dag] = (await house.hold()) as [string]
  await providing.announce(live)
  await house.release(dag)
  heard()
  clock.ahead = 23 * hour
  await providing.announce(live)
  expect(heard()).toEqual([])
  expect(await house.rows()).toEqual([])
  await house.again(dag)
  await providing.announce(live)
  expect(heard()).toEqual([dag])
})

test('a failure says why and is tried again, each time later', async () => {
  await using house = await openHouse()
  const { providing, clock, account, heard } = house
  const [dag] = (await house.hold()) as [string]
  const admin = { account, scopes: new Set(scopes) }
  house.answerWith(() => ({ state: 'failed', reason: 'no peer of the DHT answered' }))
  await providing.announce(live)
  expect(await providing.state(admin)).toMatchObject({ failed: 1, told: 0, backlog: { roots: 0 }, failing: [{ dag, tries: 1, error: 'no peer of the DHT answered' }] })
  await providing.announce(live)
  expect(heard()).toEqual([dag])
  clock.ahead = 61_000
  await providing.announce(live)
  clock.ahead = 2 * 61_000
  await providing.announce(live)
  expect(heard()).toEqual([dag])
  clock.ahead = hour
  house.answerWith(() => ({ state: 'told', peers: 1 }))
  await providing.announce(live)
  expect(heard()).toEqual([dag])
  expect(await providing.state(admin)).toMatchObject({ failed: 2, told: 1, perMinute: 1, failing: [], off: undefined })
})

test('while nothing can be announced nothing is lost, and it says why', async () => {
  await using house = await openHouse()
  const { providing, clock, account } = house
  const dags = await house.hold({ times: 2 })
  const before = await house.rows()
  house.answerWith(() => ({ state: 'off', reason: 'no peer of the DHT is known yet' }))
  await providing.announce(live)
  expect(await house.rows()).toEqual(before)
  const admin = { account, scopes: new Set(scopes) }
  expect(await providing.state(admin)).toMatchObject({ off: 'no peer of the DHT is known yet', backlog: { roots: 2, isMore: false }, told: 0, failed: 0 })
  const job = await house.db.read((r) => r.jobs.byKey(announceJob, ''))
  expect(job!.runAt - clock.now()).toBeLessThanOrEqual(1000)
  house.answerWith(() => ({ state: 'told', peers: 1 }))
  await providing.announce(live)
  expect(house.heard().slice(-2).toSorted()).toEqual(dags.toSorted())
  expect((await providing.state(admin)).off).toBeUndefined()
})

test('a turn that is stopped goes on in the next', async () => {
  await using house = await openHouse({ rate: 20 })
  const dags = await house.hold({ times: 10 })
  const stop = new AbortController()
  house.answerWith(() => {
    if (house.heard().length > 0) stop.abort()
    return { state: 'told', peers: 1 }
  })
  await expect(house.providing.announce(stop.signal)).rejects.toThrow()
  const left = (await house.rows()).filter(({ announced }) => announced === undefined).map(({ dag }) => dag)
  expect(left.length).toBeGreaterThan(5)
  house.answerWith(() => ({ state: 'told', peers: 1 }))
  await house.providing.announce(live)
  expect(house.heard().toSorted()).toEqual(left.toSorted())
  expect((await house.rows()).length).toBe(dags.length)
})

test('what was held before is enrolled, as fast as it can be announced', async () => {
  await using house = await openHouse({ rate: 100 })
  const held = await house.hold({ times: 600, noted: false })
  const [loose] = (await house.hold({ noted: false })) as [string]
  await house.release(loose)
  await house.hold({ noted: false, complete: false })
  const [noted] = await house.hold()
  const started = house.clock.now()
  for (let times = 0; times < 2; times++) await house.providing.enrol(live)
  const rows = await house.rows()
  expect(rows.map(({ dag }) => dag).toSorted()).toEqual([...held, noted].toSorted())
  const last = rows.at(-1)!.due - started
  expect(last).toBeGreaterThan(4900)
  expect(last).toBeLessThan(7000)
})

test('nothing is noted and no job is made where nothing is announced', async () => {
  await using house = await openHouse()
  const idle = createProviding({ ...house.parts, off: 'this server is set to THOLE_NETWORK=local' })
  const standing = async () => undefined
  expect(idle.noting(standing)).toBe(standing)
  await idle.start()
  expect(await house.db.read((r) => r.jobs.count())).toEqual({ ready: 0, leased: 0, dead: 0 })
})

test('a root that is noted is announced soon by whatever server has the job', async () => {
  await using house = await openHouse()
  await house.hold()
  await expect.poll(async () => (await house.db.read((r) => r.jobs.byKey(announceJob, '')))?.runAt ?? Infinity, { timeout: 3000 }).toBeLessThanOrEqual(Date.now() + 3000)
})
