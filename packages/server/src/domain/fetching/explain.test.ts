import { expect, test } from 'vitest'
import type { NetworkStatus, PeerAttempt } from '../../ports/network.ts'
import { explain } from './explain.ts'

const network: NetworkStatus = { driver: 'embedded', state: 'running', addresses: [], peers: 0, restarts: 0 }
const nothing = { hasRoot: false, waitingFor: 1 }
const peer = (address: string, state: PeerAttempt['state'], more: Partial<PeerAttempt> = {}): PeerAttempt => ({ address, state, blocks: 0, missing: 0, ...more })

test('says why nothing can come', () => {
  expect(explain([], { ...network, driver: 'none', state: 'off' }, nothing)).toMatch(/THOLE_NETWORK=none/)
  expect(explain([], { ...network, state: 'restarting' }, nothing)).toMatch(/being started/)
  expect(explain([], network, nothing)).toMatch(/nobody to ask: name an address/)
})

test('says what was tried and how it went', () => {
  const refused = peer('/ip4/192.0.2.1/tcp/1/p2p/a', 'failed', { reason: 'connection refused' })
  expect(explain([refused], network, nothing)).toBe('The root block is not here, and no origin could be reached. Could not use /ip4/192.0.2.1/tcp/1/p2p/a (connection refused).')
  const lacking = peer('b', 'connected', { missing: 1 })
  expect(explain([lacking, refused], network, { hasRoot: true, waitingFor: 2 })).toMatch(/^Not here yet: 2 blocks; asked 1 peer: 1 of them said that it is not there\./)
  expect(explain([peer('b', 'connected', { reason: 'it has not answered for 10 seconds' })], network, nothing)).toMatch(/asked 1 peer: no answer yet\. Could not use b \(it has not answered for 10 seconds\)\.$/)
  expect(explain([peer('c', 'dialling'), peer('d', 'dialling')], network, nothing)).toMatch(/connecting to 2 addresses/)
})

test('a long list of failures is cut', () => {
  const many = Array.from({ length: 9 }, (_, i) => peer(`/p${i}`, 'skipped', { reason: 'not a multiaddr' }))
  expect(explain(many, network, nothing)).toMatch(/\/p2 \(not a multiaddr\) and 6 more\.$/)
})
