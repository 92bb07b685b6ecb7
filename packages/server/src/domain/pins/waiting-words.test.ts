import { expect, test } from 'vitest'
import type { PinRequestView } from '../../ports/db/index.ts'
import { attemptInWords, reasonOf } from './waiting-words.ts'

const now = Date.parse('2026-11-21T18:40:00Z')
const fetch = { dag: 'd', reason: 'Nobody has it.', blocks: 1, bytes: 2, missing: 3, attempts: [], tries: 1, updated: now }
const pin: PinRequestView = { id: 'i', accountId: 'a', cid: 'c', dag: 'd', origins: [], status: 'queued', reason: 'Waiting for its turn to be fetched.', created: now, deadline: now }

test('says what is waited for, and when it is tried again', () => {
  expect(reasonOf(pin, now)).toBe('Waiting for its turn to be fetched.')
  expect(reasonOf({ ...pin, fetch }, now)).toBe('Nobody has it.')
  expect(reasonOf({ ...pin, fetch: { ...fetch, nextTry: now + 5_000 } }, now)).toBe('Nobody has it. Next try at 18:40:05 UTC.')
  expect(reasonOf({ ...pin, fetch: { ...fetch, nextTry: now + 2 * 86_400_000 } }, now)).toBe('Nobody has it. Next try at 2026-11-23 18:40:00 UTC.')
  expect(reasonOf({ ...pin, fetch: { ...fetch, nextTry: now - 1 } }, now)).toBe('Nobody has it. It is tried again as soon as it is its turn.')
})

test('one that failed keeps its own reason', () => {
  expect(reasonOf({ ...pin, status: 'failed', reason: 'Given up.', fetch: { ...fetch, nextTry: now + 1 } }, now)).toBe('Given up.')
  expect(reasonOf({ ...pin, status: 'pinned', reason: undefined }, now)).toBeUndefined()
})

test('tells how a peer fared', () => {
  expect(attemptInWords({ address: '/x', state: 'failed', reason: 'refused', blocks: 0, missing: 0 })).toBe('/x (failed: refused)')
  expect(attemptInWords({ address: '/x', state: 'connected', blocks: 3, missing: 2 })).toBe('/x (connected: 3 blocks, lacks 2)')
  expect(attemptInWords({ address: '/x', state: 'dialling', blocks: 0, missing: 0 })).toBe('/x (dialling)')
})
