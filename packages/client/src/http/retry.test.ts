import { describe, expect, it } from 'vitest'
import { TholeError } from '../errors.ts'
import { errorOf } from './answer-error.ts'
import { retrying, waitOf } from './retry.ts'

const passing = new TholeError('SHUTTING_DOWN', 'later', { status: 503, retryAfter: 0 })

function failing(errors: readonly Error[]) {
  let calls = 0
  const work = async () => {
    const error = errors[calls++]
    if (error) throw error
    return 'done'
  }
  return { work, calls: () => calls }
}

describe('retrying', () => {
  it('goes on until it is done, or has tried often enough', async () => {
    const three = failing([passing, passing, passing])
    expect(await retrying(three.work, { retries: 3 })).toBe('done')
    const four = failing([passing, passing, passing, passing])
    await expect(retrying(four.work, { retries: 3 })).rejects.toBe(passing)
    expect(four.calls()).toBe(4)
  })

  it('does not repeat what will fail again, or may not be repeated', async () => {
    const wrong = failing([new TholeError('INVALID_CID', 'no')])
    await expect(retrying(wrong.work, { retries: 3 })).rejects.toMatchObject({ code: 'INVALID_CID' })
    const stranger = failing([new Error('of a stream')])
    await expect(retrying(stranger.work, { retries: 3 })).rejects.toThrow('of a stream')
    const once = failing([passing])
    await expect(retrying(once.work, { retries: 3, when: () => false })).rejects.toBe(passing)
    expect([wrong.calls(), stranger.calls(), once.calls()]).toEqual([1, 1, 1])
  })

  it('stops while it waits', async () => {
    const stop = new AbortController()
    const slow = failing([new TholeError('RATE_LIMITED', 'later', { retryAfter: 20 })])
    const waiting = retrying(slow.work, { retries: 3, signal: stop.signal })
    setTimeout(() => stop.abort(new Error('enough')))
    await expect(waiting).rejects.toThrow('enough')
    expect(slow.calls()).toBe(1)
  })

  it('waits longer each time, as long as the server says, and never very long', () => {
    const plain = new TholeError('NETWORK', 'gone')
    expect(waitOf(0, plain)).toBeLessThanOrEqual(250)
    expect(waitOf(4, plain)).toBeGreaterThanOrEqual(2000)
    expect(waitOf(30, plain)).toBeLessThanOrEqual(30_000)
    expect(waitOf(0, new TholeError('RATE_LIMITED', 'later', { retryAfter: 7 }))).toBe(7000)
    expect(waitOf(0, new TholeError('RATE_LIMITED', 'later', { retryAfter: 7000 }))).toBe(30_000)
  })
})

describe('errorOf', () => {
  const answer = (status: number, body: unknown, headers = {}) => errorOf(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers }))

  it('reads the words of every door', async () => {
    expect(await answer(403, { code: 'QUOTA_EXCEEDED', detail: 'The account is full.' })).toMatchObject({ code: 'QUOTA_EXCEEDED', message: 'The account is full.', status: 403, retry: false })
    expect(await answer(404, { error: { reason: 'NOT_FOUND', details: 'no such pin' } })).toMatchObject({ code: 'NOT_FOUND', message: 'no such pin' })
    expect(await answer(410, 'blocked here')).toMatchObject({ code: 'BLOCKED', message: 'blocked here' })
    expect(await answer(429, '', { 'retry-after': '12' })).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 12, retry: true })
  })

  it('shows no page of a proxy, and reads no more than it needs', async () => {
    expect(await answer(502, '<html><h1>Bad Gateway</h1></html>')).toMatchObject({ code: 'UPSTREAM_FAILED', message: 'the server answered 502' })
    expect((await answer(418, 'x'.repeat(1_000_000))).message.length).toBe(500)
  })
})
