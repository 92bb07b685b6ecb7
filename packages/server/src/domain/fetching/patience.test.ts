import { expect, test } from 'vitest'
import type { NetworkStatus, PeerAttempt } from '../../ports/network.ts'
import { backoff, idleBackoff, isStalled } from './patience.ts'

const running: NetworkStatus = { driver: 'embedded', state: 'running', addresses: [], peers: 1, restarts: 0 }
const row = (state: PeerAttempt['state'], missing = 0): PeerAttempt => ({ address: state, state, blocks: 0, missing })
const none = { fetched: 0, waitingFor: 2 }

test('nobody to wait for, or everybody has said no: it ends soon', () => {
  expect(isStalled(700, [row('failed'), row('skipped'), row('answered')], running, none)).toBe(true)
  expect(isStalled(1_000, [row('failed'), row('dialling')], running, none)).toBe(false)
  expect(isStalled(2_000, [row('failed'), row('connected', 2)], running, none)).toBe(true)
  expect(isStalled(2_000, [row('connected', 2), row('connected', 1)], running, none)).toBe(false)
  expect(isStalled(2_000, [row('connected', 2), row('dialling')], running, none)).toBe(false)
})

test('who is silent has less time than who has sent something', () => {
  expect(isStalled(11_000, [row('connected')], running, none)).toBe(true)
  expect(isStalled(11_000, [row('connected')], running, { ...none, fetched: 1 })).toBe(false)
  expect(isStalled(31_000, [row('connected')], running, { ...none, fetched: 1 })).toBe(true)
})

test('nobody is late while the network is away', () => {
  expect(isStalled(1e9, [], { ...running, state: 'restarting' }, none)).toBe(false)
  expect(isStalled(1_000, [], { ...running, driver: 'none', state: 'off' }, none)).toBe(true)
})

test('the pauses grow', () => {
  for (const pauses of [backoff, idleBackoff]) {
    const all = Array.from({ length: 12 }, (_, i) => pauses(i))
    expect(all).toEqual(all.toSorted((a, b) => a - b))
    expect(all.at(-1)).toBe(3_600_000)
  }
})
