import { canonicalCid } from '@thole/dag'
import { expect, test } from 'vitest'
import { createFetcher } from '../fetching/index.ts'
import { peerNetwork, peerWith } from '../fetching/testing/peer-network.ts'
import { openToAll } from '../moderation/index.ts'
import { leaf, node } from '../testing/blocks.ts'
import { openHouse } from './testing/house.ts'

test('a fetch for which an account has no room fails with that reason, and others get what they asked for', async () => {
  await using house = await openHouse()
  const [rich, poor] = [await house.member({}), await house.member({ storageBytes: 1500 })]
  const leaves = [leaf('a'.repeat(1000)), leaf('b'.repeat(1000))]
  const root = node(...leaves)
  const { network } = peerNetwork({ '/a': peerWith(root, ...leaves) })
  const fetcher = createFetcher({ ...house.parts, clock: { now: () => Date.now() }, network, moderation: openToAll })
  const wish = { cid: root.cid.toString(), origins: ['/a'] }
  const [hers, his] = [await house.pins.add(rich, wish), await house.pins.add(poor, wish)]
  const stop = new AbortController()
  expect(await fetcher.run(canonicalCid(root.cid), { isNew: true, signal: stop.signal })).toEqual({ done: true })
  expect(await house.pins.get(rich, hers.id)).toMatchObject({ status: 'pinned' })
  expect(await house.pins.get(poor, his.id)).toMatchObject({ status: 'failed', reason: expect.stringContaining('the plan Small has room for 1.5 KiB') })
  expect(await house.used(poor)).toMatchObject({ bytes: 0, reserved: 0 })
})

test('what was fetched of it so far counts, so that a fetch ends at the limit', async () => {
  await using house = await openHouse()
  const poor = await house.member({ storageBytes: 1500 })
  const root = node(leaf('never here'))
  const { id } = await house.pins.add(poor, { cid: root.cid.toString() })
  const dag = canonicalCid(root.cid)
  const state = { dag, reason: '', blocks: 2, bytes: 1400, missing: 1, attempts: [], tries: 1, updated: 1 }
  await house.db.write(async (w) => {
    await w.dags.noteParts(dag)
    await w.fetches.put([state])
  })
  const isOver = () => house.db.read((r) => house.quotas.isOver(r, dag))
  expect(await isOver()).toBe(false)
  await house.db.write((w) => w.fetches.put([{ ...state, bytes: 1600 }]))
  expect(await isOver()).toBe(true)
  await house.db.write(async (w) => {
    await w.dags.lock(dag, 1)
    await house.quotas.shed(w, dag)
  })
  expect(await house.pins.get(poor, id)).toMatchObject({ status: 'failed', reason: expect.stringContaining('1.6 KiB of it are used') })
  expect(await house.used(poor)).toMatchObject({ bytes: 0 })
})
