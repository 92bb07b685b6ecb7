import { canonicalCid, type Block } from '@thole/dag'
import { expect, test } from 'vitest'
import type { Job } from '../../ports/db/index.ts'
import type { NetworkStatus } from '../../ports/network.ts'
import { openHouse } from '../dags/testing/house.ts'
import { openToAll } from '../moderation/index.ts'
import { createPins } from '../pins/index.ts'
import { leaf, node } from '../testing/blocks.ts'
import { createFetcher } from './fetcher.ts'
import { foresight } from './foresight.ts'
import { fetchJob } from './jobs.ts'
import { peerNetwork } from './testing/peer-network.ts'

async function open({ fetchDeadline = 1e9, hasSources = false } = {}) {
  const house = await openHouse()
  const { db, blocks, clock, who, parts } = house
  const { network, status, log } = peerNetwork({})
  const common = { db, blocks, network, clock, completeness: parts.completeness, moderation: openToAll, minFree: 0 }
  const pins = createPins({ ...common, fetchDeadline, maxWaiting: 0, foresee: foresight({ network, hasSources }) })
  const fetcher = createFetcher(common)
  return {
    ...house, pins, status, log,
    pin: (root: Block, origins: string[] = []) => pins.add(who, { cid: root.cid.toString(), origins }),
    view: (id: string) => pins.get(who, id),
    job: (root: Block) => db.read((r) => r.jobs.byKey(fetchJob, canonicalCid(root.cid))),
    async run(root: Block) {
      const end = await fetcher.run(canonicalCid(root.cid), { isNew: false, signal: new AbortController().signal })
      if (!end.done) await db.write(end.last)
      return end
    },
    put: (root: Block, change: object) => db.write(async (w) => w.fetches.put([{ ...(await w.fetches.get(canonicalCid(root.cid)))!, updated: clock.now(), ...change }])),
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  }
}

/** It is to be tried, and now. */
const isDue = (job: Job | undefined) => job?.rank === 0 && job.runAt <= Date.now()

test('with nobody to ask the answer says so, and the fetch is due when a second try would be', async () => {
  await using house = await open()
  const root = leaf('nowhere')
  const added = await house.pin(root)
  expect(added).toMatchObject({ status: 'queued', reason: undefined, fetch: { reason: expect.stringMatching(/^The root block is not here, and there is nobody to ask/), tries: 1, missing: 1, attempts: [] } })
  expect(added.fetch!.nextTry! - added.created).toBeGreaterThan(50_000)
  expect((await house.view(added.id)).fetch).toEqual(added.fetch)
  expect(await house.job(root)).toMatchObject({ runAt: added.fetch!.nextTry, rank: 1, attempts: 0 })
  expect((await house.run(root)).done).toBe(false)
  expect((await house.view(added.id)).fetch).toMatchObject({ reason: added.fetch!.reason, tries: 2 })
  expect(house.log.sessions).toBe(0)
})

test('a DAG of which something is here says how much is missing; what is sent afterwards pins it', async () => {
  await using house = await open()
  const [a, b] = [leaf('a'), leaf('b')]
  const root = node(a, b)
  await house.send([root], [root, a], { pin: false })
  // Somebody holds it: who else waits for it is found out by a run.
  const first = await house.pin(root)
  expect(first.fetch).toBeUndefined()
  await house.run(root)
  const second = await house.pin(root)
  expect(second.fetch?.reason).toMatch(/^Not here yet: 1 block, and there is nobody to ask/)
  await house.send([b], [b], { pin: false })
  await house.work()
  for (const { id } of [first, second]) expect(await house.view(id)).toMatchObject({ status: 'pinned', fetch: undefined })
})

test.each<[string, Partial<NetworkStatus>, string[], boolean]>([
  ['an address is named', {}, ['/a'], false],
  ['a peer is connected', { peers: 1 }, [], false],
  ['gateways or routers may be asked', {}, [], true],
  ['the network is away', { state: 'restarting' }, [], false],
])('where %s, a run has to find out', async (_, change, origins, hasSources) => {
  await using house = await open({ hasSources })
  Object.assign(house.status, change)
  const root = leaf('perhaps somewhere')
  const added = await house.pin(root, origins)
  expect(added).toMatchObject({ reason: 'Waiting for its turn to be fetched.', fetch: undefined })
  expect(await house.job(root)).toSatisfy(isDue)
})

test('without a network nobody is asked, whatever addresses are named', async () => {
  await using house = await open()
  Object.assign(house.status, { driver: 'none', state: 'off' })
  expect((await house.pin(leaf('offline'), ['/a'])).fetch?.reason).toMatch(/THOLE_NETWORK=none/)
})

test('others who wait may have named an address: that is for a run to find out', async () => {
  await using house = await open()
  const root = leaf('known to another')
  await house.pin(root, ['/a'])
  const job = await house.job(root)
  expect((await house.pin(root)).fetch).toBeUndefined()
  expect(await house.job(root)).toSatisfy(isDue)
  expect(await house.job(root)).toMatchObject({ wanted: job!.wanted + 1 })
})

test('asked for again: as it stands, or sooner where that is long; with an address at once', async () => {
  await using house = await open()
  const root = leaf('again and again')
  const { fetch } = await house.pin(root)
  expect((await house.pin(root)).fetch).toEqual(fetch)
  await house.put(root, { nextTry: Date.now() + 3_600_000, tries: 9 })
  const sooner = (await house.pin(root)).fetch!
  expect(sooner).toMatchObject({ reason: fetch!.reason, tries: 1 })
  expect(sooner.nextTry! - Date.now()).toBeLessThan(61_000)
  expect(await house.job(root)).toMatchObject({ rank: 1, wanted: 3 })
  await house.pin(root, ['/a'])
  expect(await house.job(root)).toSatisfy(isDue)
  // It is still to be tried.
  expect((await house.pin(root)).fetch).toBeDefined()
  expect(await house.job(root)).toSatisfy(isDue)
})

test('a deadline is not slept through', async () => {
  await using house = await open({ fetchDeadline: 5_000 })
  const root = leaf('not for long')
  const { deadline, fetch } = await house.pin(root)
  expect(fetch?.nextTry).toBe(deadline)
  expect(await house.job(root)).toMatchObject({ runAt: deadline })
})
