import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { recently, type RepeatableReply } from './recent-replies.ts'
import type { GatewayRequest } from './request.ts'

const { signal } = new AbortController()
const request = (more: Partial<GatewayRequest> = {}): GatewayRequest => ({ method: 'GET', host: 'h', path: '/ipfs/a', query: '', headers: {}, signal, secure: false, ...more })

function counting(reply: Partial<RepeatableReply> = {}, maxAge = 10_000) {
  const made = { replies: 0 }
  const make = async (): Promise<RepeatableReply> => (made.replies++, { status: 200, headers: {}, body: Buffer.from('short'), again: async () => {}, ...reply })
  return { made, give: recently(make, { maxAge, maxBody: 10, maxReplies: 2 }) }
}

test('the same is made once in a while', async () => {
  const { made, give } = counting({}, 40)
  const reply = await give(request())
  expect(await give(request())).toBe(reply)
  expect(made.replies).toBe(1)
  await sleep(50)
  await give(request())
  expect(made.replies).toBe(2)
})

test.each<Partial<GatewayRequest>>([{ host: 'other' }, { path: '/ipfs/b' }, { query: 'format=raw' }, { headers: { accept: 'text/html' } }, { headers: { range: 'bytes=0-0' } }])('%o is something else', async (more) => {
  const { made, give } = counting()
  await give(request())
  await give(request(more))
  await give(request(more))
  expect(made.replies).toBe(2)
})

test.each<Partial<GatewayRequest>>([
  { method: 'HEAD' },
  { headers: { 'if-none-match': '*' } },
  { headers: { 'if-range': '"a"' } },
  { headers: { 'cache-control': 'only-if-cached' } },
  { headers: { 'service-worker': 'script' } },
  { mount: { prefix: '/gateway/web' } },
])('%o is made each time', async (more) => {
  const { made, give } = counting()
  for (let i = 0; i < 3; i++) await give(request(more))
  expect(made.replies).toBe(3)
})

test.each<Partial<RepeatableReply>>([{ again: undefined }, { body: Buffer.alloc(11) }, { body: (async function* () {})() }, { body: undefined }])('%o is not remembered', async (reply) => {
  const { made, give } = counting(reply)
  for (let i = 0; i < 2; i++) await give(request())
  expect(made.replies).toBe(2)
})

test('what may not be given any more is not', async () => {
  let isHeld = true
  const { give } = counting({ again: async () => (isHeld ? {} : Promise.reject(new Error('gone'))) })
  await give(request())
  await give(request())
  isHeld = false
  await expect(give(request())).rejects.toThrow('gone')
})

test('few are remembered, the last ones', async () => {
  const { made, give } = counting()
  for (const path of ['/a', '/b', '/c']) await give(request({ path }))
  await give(request({ path: '/c' }))
  await give(request({ path: '/b' }))
  expect(made.replies).toBe(3)
  await give(request({ path: '/a' }))
  expect(made.replies).toBe(4)
})
