import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { randomBlocks } from '../../testing/blocks.ts'
import { limits } from '../limits.ts'
import { announcer } from './announcer.ts'
import type { Dht } from './dht.ts'

const { cid } = randomBlocks(1, 10)[0]!
const at = (...addresses: string[]) => ({ getMultiaddrs: () => addresses.map((address) => multiaddr(address)) })
const outside = at('/ip4/127.0.0.1/tcp/4001', '/ip4/8.8.8.8/tcp/4001')

function dht(announce: Dht['announce'], size = 1): Dht {
  return { name: 'DHT', size, announce, async *findProviders() {} }
}

test.each([
  ['it is not used', { libp2p: outside, dht: undefined }],
  ['nobody is known', { libp2p: outside, dht: dht(async () => 1, 0) }],
  ['nobody could come', { libp2p: at('/ip4/10.0.0.1/tcp/4001'), dht: dht(async () => 1) }],
])('nothing is announced where %s', async (_, options) => {
  expect(await announcer({ ...options, dialPrivate: false })(cid)).toMatchObject({ state: 'off' })
})

test('it says how many were told, or what went wrong', async () => {
  const announce = (does: Dht['announce'], dialPrivate = false) => announcer({ libp2p: outside, dht: dht(does), dialPrivate, timeout: 50 })(cid)
  expect(await announce(async () => 20)).toEqual({ state: 'told', peers: 20 })
  expect(await announce(() => Promise.reject(new Error('no peer of the DHT took it')))).toEqual({ state: 'failed', reason: 'no peer of the DHT took it' })
  const slow = (_cid: unknown, signal: AbortSignal) => new Promise<number>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
  expect(await announce(slow)).toEqual({ state: 'failed', reason: 'no answer within 0.05 seconds' })
})

test('a bounded number is under way at once', async () => {
  let open = 0
  let most = 0
  const announce = announcer({
    libp2p: outside,
    dialPrivate: false,
    dht: dht(async () => {
      most = Math.max(most, ++open)
      await new Promise((resolve) => setTimeout(resolve, 5))
      open--
      return 1
    }),
  })
  const results = await Promise.all(Array.from({ length: 100 }, () => announce(cid)))
  expect(results.every(({ state }) => state === 'told')).toBe(true)
  expect(most).toBe(limits.announcements)
})
