import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { isPublic, mayDialItself } from './reach.ts'

const peer = '/p2p/12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8'

test.each([
  ['/ip4/8.8.8.8/tcp/4001', true],
  ['/ip6/2606:4700::1/tcp/4001', true],
  ['/dns4/ipfs.example.org/tcp/4001', true],
  ['/ip4/127.0.0.1/tcp/4001', false],
  ['/ip4/10.1.2.3/tcp/4001', false],
  ['/ip6/::1/tcp/4001', false],
])('%s is public: %s', (address, is) => expect(isPublic(multiaddr(address))).toBe(is))

test.each([
  [`/ip4/8.8.8.8/tcp/4001${peer}`, true, true],
  [`/ip4/127.0.0.1/tcp/4001${peer}`, false, true],
  [`/ip4/169.254.169.254/tcp/80${peer}`, false, true],
  [`/ip6/fe80::1/tcp/4001${peer}`, false, true],
  [`/dns4/localhost/tcp/4001${peer}`, false, false],
  [`/ip4/8.8.8.8/tcp/25${peer}`, false, true],
  [`/ip4/8.8.8.8/udp/4001/quic-v1${peer}`, false, false],
  // Our own dials, judged before.
  ['/ip4/127.0.0.1/tcp/4001', true, true],
])('libp2p may dial %s by itself: %s, with private addresses: %s', (address, is, isWithPrivate) => {
  expect(mayDialItself(multiaddr(address), { dialPrivate: false })).toBe(is)
  expect(mayDialItself(multiaddr(address), { dialPrivate: true })).toBe(isWithPrivate)
})
