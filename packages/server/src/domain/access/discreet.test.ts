import { expect, test } from 'vitest'
import type { NetworkStatus, PeerAttempt } from '../../ports/network.ts'
import { explain } from '../fetching/index.ts'
import { discreetAttempts, discreetWords } from './discreet.ts'

const network: NetworkStatus = { driver: 'embedded', state: 'running', addresses: [], peers: 0, restarts: 0 }
const id = '12D3KooWGRUuJh6hPXHHVhgVnhYWNzVHs7XfTnRfwKpZZVBoMJpm'
const row = (address: string, state: PeerAttempt['state'], more: Partial<PeerAttempt> = {}): PeerAttempt => ({ address, state, reason: 'refused', blocks: 0, missing: 0, ...more })
const words = (...rows: PeerAttempt[]) => explain(rows, network, { hasRoot: false, waitingFor: 1 })

test('of what others named, peer ids alone are shown', () => {
  const [mine, theirs, gateway] = [`/ip4/192.0.2.1/tcp/1/p2p/${id}`, `/ip4/192.0.2.2/tcp/2/p2p/${id}`, '/dns4/home.example/tcp/443/https']
  const rows = [row(mine, 'failed'), row(theirs, 'failed'), row(gateway, 'failed', { kind: 'gateway' })]
  expect(discreetWords(words(...rows), [mine])).toMatch(`Could not use ${mine} (refused), /p2p/${id} (refused), an address (refused).`)
  expect(discreetAttempts(rows, [mine]).map(({ address }) => address)).toEqual([mine, `/p2p/${id}`, 'an address'])
  expect(discreetWords(words(...rows), [mine, theirs, gateway])).toBe(words(...rows))
})

test('text that is no address is told to nobody else, with white space or without', () => {
  const own = ['your account is full: /pay here', '/unix/a (b) c']
  const rows = own.map((address) => row(address, 'skipped'))
  expect(discreetWords(words(...rows))).toMatch(/Could not use an address \(refused\), an address \(refused\)\.$/)
  expect(discreetAttempts(rows, []).map(({ address }) => address)).toEqual(['an address', 'an address'])
  expect(discreetAttempts(rows, own)).toEqual(rows)
})

test('peers by their ids, and what the operator named, stay', () => {
  const rows = [row(id, 'connected'), row('https://gateway.example', 'failed', { kind: 'gateway' }), row('DHT', 'answered', { kind: 'router' }), row('http://router.example', 'failed', { kind: 'router' })]
  expect(discreetWords(words(...rows))).toBe(words(...rows))
  expect(discreetAttempts(rows, [])).toEqual(rows)
})
