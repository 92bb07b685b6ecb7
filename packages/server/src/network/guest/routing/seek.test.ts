import { CID } from 'multiformats/cid'
import { afterEach, expect, test } from 'vitest'
import type { AttemptsFrame } from '../../pipe/frames.ts'
import { randomBlocks } from '../../testing/blocks.ts'
import { createClient } from '../client.ts'
import type { Fetch } from '../fetch.ts'
import { limits } from '../limits.ts'
import type { Provider, Router } from './router.ts'
import { createSeeker } from './seek.ts'

const rows = new Map<string, AttemptsFrame['rows'][number]>()
const client = createClient({ deliver: (fetch) => void fetch.delivered++, report: (frame) => frame.rows.forEach((row) => rows.set(row.address, { ...row })), onLiar() {} })
const open: Fetch[] = []
let last = 0

afterEach(() => {
  for (const fetch of open.splice(0)) client.close(fetch)
  rows.clear()
})

const [one, other] = ['12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8', 'QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN'] as const

/** A fetch that wants these, and a router that answers so. */
function seek(find: (cid: CID, signal: AbortSignal) => AsyncIterable<Provider>, { root, wants, dialPrivate = false }: { root?: CID; wants: CID[]; dialPrivate?: boolean }) {
  const asked: string[] = []
  const router: Router = {
    name: 'R',
    findProviders(cid, signal) {
      asked.push(cid.toString())
      return find(cid, signal)
    },
  }
  const found: string[] = []
  const seeker = createSeeker({ routers: [router], dialPrivate, onFound: (_, origins) => found.push(...origins.map(({ address }) => address)) })
  const start = () => {
    const fetch = client.open(++last)
    open.push(fetch)
    seeker.seek(fetch, { root, patience: 0 })
    client.want(fetch, wants.map(({ bytes }) => bytes))
    return fetch
  }
  return { asked, found, start, fetch: start() }
}

const cids = (count: number) => randomBlocks(count, 10).map(({ cid }) => cid) as [CID, ...CID[]]
const row = (address = 'R') => rows.get(address)

test('the root is asked for, and who has it becomes an origin where it may be dialled', async () => {
  const [root] = cids(1)
  const { asked, found, fetch } = seek(
    async function* () {
      yield { peerId: one, addresses: ['/ip4/8.8.8.8/tcp/4001', `/ip4/8.8.4.4/tcp/4001/p2p/${one}`, '/ip4/127.0.0.1/tcp/4001', '/ip4/8.8.8.8/udp/4001/quic-v1'] }
      yield { peerId: other, addresses: ['/ip4/192.168.1.1/tcp/4001'] }
    },
    { root, wants: [root] },
  )
  await expect.poll(() => row()).toMatchObject({ kind: 'router', state: 'answered', reason: '2 providers found' })
  expect(asked).toEqual([root.toString()])
  expect(found).toEqual([`/ip4/8.8.8.8/tcp/4001/p2p/${one}`, `/ip4/8.8.4.4/tcp/4001/p2p/${one}`])
  expect([...fetch.origins]).toEqual([one, other])
  expect(row(`/p2p/${other}`)).toMatchObject({ state: 'skipped', reason: 'R names it, but private addresses are not dialled' })
})

test('where the root is here, a block that is missing is asked for too', async () => {
  const [root, block] = cids(2)
  const { asked } = seek(
    async function* (cid) {
      if (cid.equals(block)) yield { peerId: one, addresses: ['/ip4/8.8.8.8/tcp/4001'] }
    },
    { root, wants: [block!] },
  )
  await expect.poll(() => row()).toMatchObject({ state: 'answered', reason: '1 provider found' })
  expect(asked).toEqual([String(root), String(block)])
})

test('without a root, a wanted block is asked for', async () => {
  const [block] = cids(1)
  const { asked } = seek(async function* () {}, { wants: [block] })
  await expect.poll(() => row()).toMatchObject({ state: 'answered', reason: 'nobody provides it' })
  expect(asked).toEqual([block.toString()])
})

test('what could not be looked up is not told as what nobody has, nor kept in mind', async () => {
  const [root] = cids(1)
  const { asked, start } = seek(
    // oxlint-disable-next-line require-yield
    async function* () {
      throw new Error('no peer of the DHT answered')
    },
    { root, wants: [root] },
  )
  await expect.poll(() => row()).toMatchObject({ state: 'failed', reason: 'no peer of the DHT answered' })
  rows.clear()
  start()
  await expect.poll(() => row()).toMatchObject({ state: 'failed' })
  expect(asked.length).toBe(2)
})

test('another fetch of the same soon after gets the same answer', async () => {
  const [root] = cids(1)
  const { asked, found, start } = seek(
    async function* () {
      yield { peerId: one, addresses: ['/ip4/8.8.8.8/tcp/4001'] }
    },
    { root, wants: [root] },
  )
  await expect.poll(() => row()).toMatchObject({ state: 'answered' })
  start()
  await expect.poll(() => found.length).toBe(2)
  expect(asked.length).toBe(1)
})

test('a flood of providers is cut', async () => {
  const [root] = cids(1)
  let yielded = 0
  const { found } = seek(
    async function* () {
      for (;;) yield { peerId: one, addresses: Array.from({ length: 1000 }, (_, i) => `/ip4/8.8.8.8/tcp/${1024 + yielded++ + i}`) }
    },
    { root, wants: [root] },
  )
  await expect.poll(() => row()).toMatchObject({ state: 'answered', reason: '1 provider found' })
  expect(found.length).toBeLessThanOrEqual(limits.foundPerFetch)
})

test('a look-up ends with its fetch, and when a block came', async () => {
  const [root] = cids(1)
  const ends: string[] = []
  const find = async function* (_: CID, signal: AbortSignal): AsyncGenerator<Provider> {
    yield { peerId: one, addresses: ['/ip4/8.8.8.8/tcp/4001'] }
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => (ends.push('ended'), reject(signal.reason as Error))))
  }
  const first = seek(find, { root, wants: [root] })
  await expect.poll(() => first.found.length).toBe(1)
  client.close(first.fetch)
  await expect.poll(() => ends.length).toBe(1)
  const second = seek(find, { root, wants: [root] })
  await expect.poll(() => second.found.length).toBe(1)
  second.fetch.delivered++
  await expect.poll(() => ends.length).toBe(2)
  await expect.poll(() => row()).toMatchObject({ state: 'answered', reason: '1 provider found' })
})

test('nobody is asked while blocks come, or nothing is wanted', async () => {
  const [root] = cids(1)
  const { asked } = seek(async function* () {}, { root, wants: [] })
  await new Promise((resolve) => setTimeout(resolve, 4 * limits.seekEvery))
  expect(asked).toEqual([])
  expect(row()).toMatchObject({ state: 'dialling' })
})
