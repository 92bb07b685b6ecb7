import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fault } from '../../kernel/faults.ts'
import type { Principal } from '../access/index.ts'
import { recentPrincipals, type Recent } from './recent.ts'

const principal: Principal = { account: { id: 'a', email: 'a@example.org', role: 'user', created: 1, suspended: false }, scopes: new Set() }
const never = () => new Promise<Principal>(() => {})
const known = async () => principal
let recent: Recent

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  recent = recentPrincipals({ now: () => Date.now() })
})
afterEach(() => vi.useRealTimers())

test('a database that says nothing at all is waited for two seconds where there is something to believe', async () => {
  await recent.of('k', known)
  vi.setSystemTime(1_001_500)
  const answer = recent.of('k', never)
  await vi.advanceTimersByTimeAsync(1_999)
  let isThere = false
  void answer.then(() => (isThere = true))
  await vi.advanceTimersByTimeAsync(1)
  expect(isThere).toBe(true)
  expect(await answer).toBe(principal)
})

test('and ten where there is not; then the server says that it cannot answer', async () => {
  const answer = recent.of('k', never)
  const refused = expect(answer).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await vi.advanceTimersByTimeAsync(10_000)
  await refused
})

test('what was believed too long is not believed when the wait is over', async () => {
  await recent.of('k', known)
  vi.setSystemTime(1_004_000)
  const refused = expect(recent.of('k', never)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await vi.advanceTimersByTimeAsync(2_000)
  await refused
})

test('an answer that is no ends belief at once', async () => {
  await recent.of('k', known)
  vi.setSystemTime(1_001_500)
  const revoked = () => Promise.reject(fault('UNAUTHENTICATED', { reason: 'revoked' }))
  const away = () => Promise.reject(fault('UPSTREAM_FAILED', { reason: 'away' }))
  await expect(recent.of('k', revoked)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  await expect(recent.of('k', away)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})

test('what is looked up while something changes is not kept', async () => {
  const late = Promise.withResolvers<Principal>()
  const first = recent.of('k', () => late.promise)
  recent.forget()
  let asked = 0
  const second = recent.of('k', async () => (asked++, principal))
  late.resolve(principal)
  await Promise.all([first, second])
  expect(asked).toBe(1)
})
