import { BlockList } from 'node:net'
import { expect, test } from 'vitest'
import type { Principal } from '../../domain/access/index.ts'
import type { Call } from '../edge.ts'
import { createLimits } from './limits.ts'

const somebody = { account: { id: 'a' } } as Principal

function house(perKey: number, failures: number) {
  const headers: Record<string, number> = {}
  const outgoing = { setHeader: (name: string, value: number) => void (headers[name] = value) }
  const incoming = { socket: { remoteAddress: '192.0.2.1' }, headers: {} }
  const call = (method = 'POST', path = '/psa/pins') => ({ req: { method, path }, env: { incoming, outgoing } }) as unknown as Call
  const clock = { time: 1_700_000_000_400, now: () => clock.time }
  return { limits: createLimits({ perKey, failures, proxies: new BlockList(), clock }), headers, call, clock }
}

const refused = expect.objectContaining({ code: 'RATE_LIMITED' })

test('row 39: what is told, and when to come back', () => {
  const { limits, headers, call, clock } = house(2, 0)
  limits.spend(call(), somebody, 'key')
  expect(headers).toEqual({ 'x-ratelimit-limit': 2, 'x-ratelimit-remaining': 1, 'x-ratelimit-reset': 1_700_000_031 })
  limits.spend(call(), somebody, 'key')
  expect(() => limits.spend(call(), somebody, 'key')).toThrow(expect.objectContaining({ data: { seconds: 30 } }))
  expect(headers).toEqual({ 'x-ratelimit-limit': 2, 'x-ratelimit-remaining': 0, 'x-ratelimit-reset': 1_700_000_061 })
  clock.time += 30_000
  limits.spend(call(), somebody, 'key')
  expect(headers['x-ratelimit-remaining']).toBe(0)
})

test('row 39: asking after one request is counted apart; a list and a write are not', () => {
  const { limits, call } = house(1, 0)
  limits.spend(call(), somebody, 'key')
  for (const poll of [call('GET', '/psa/pins/an-id'), call('GET', '/api/v1/pins/an-id')]) limits.spend(poll, somebody, 'key')
  for (const other of [call('GET', '/psa/pins'), call('POST', '/psa/pins/an-id'), call('DELETE', '/psa/pins/an-id'), call('GET', '/api/v1/uploads/an-id')]) {
    expect(() => limits.spend(other, somebody, 'key')).toThrow(refused)
  }
})

test.each([0, 10])('a key that was right lately passes where its address was wrong too often, with %i requests a minute', (perKey) => {
  const { limits, headers, call, clock } = house(perKey, 3)
  limits.spend(call(), somebody, 'right')
  for (let i = 0; i < 3; i++) {
    limits.admit(call(), 'wrong')
    limits.wrong(call())
  }
  expect(() => limits.admit(call(), 'wrong')).toThrow(refused)
  limits.admit(call(), 'right')
  expect(headers['x-ratelimit-limit']).toBe(3)
  clock.time += 20_000
  limits.admit(call(), 'wrong')
})

test('0 is any number', () => {
  const { limits, headers, call } = house(0, 0)
  for (let i = 0; i < 100_000; i++) {
    limits.spend(call(), somebody, 'key')
    limits.wrong(call())
  }
  limits.admit(call(), 'wrong')
  expect(headers).toEqual({})
})
