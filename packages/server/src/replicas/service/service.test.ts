import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { formOf } from './form.ts'
import { inTurns } from './in-turns.ts'
import { openService, type ServiceOptions } from './service.ts'

const { signal } = new AbortController()

/** A service that answers by this, and how to ask it. */
async function serviceOf(answer: RequestListener, options: Partial<ServiceOptions> = {}) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const service = openService({ name: 'Test', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/base`, ...options })
  onTestFinished(() => service.close())
  return { service, server }
}

const get = { method: 'GET', path: '/x', signal } as const

test('sends path, query and credentials; gives every line of the answer as it comes', async () => {
  const seen: unknown[] = []
  const { service } = await serviceOf((request, response) => {
    seen.push([request.method, request.url, request.headers.authorization])
    response.write('{"n":1}\n{"n"')
    setTimeout(() => response.end(':2}\n\n{"n":"é"}'), 20)
  }, { credentials: { user: 'u', password: 'p:w' } })
  const lines: unknown[] = []
  for await (const line of service.ask({ ...get, query: { a: 'b c', none: undefined, yes: true } })) lines.push(line)
  expect(lines).toEqual([{ n: 1 }, { n: 2 }, { n: 'é' }])
  expect(seen).toEqual([['GET', '/base/x?a=b+c&yes=true', `Basic ${btoa('u:p:w')}`]])
  expect(await service.one(get)).toEqual({ n: 'é' })
})

test('a body is read no faster than it is taken', async () => {
  const { service } = await serviceOf(async (request, response) => {
    await sleep(300)
    let bytes = 0
    for await (const piece of request) bytes += (piece as Buffer).length
    response.end(String(bytes))
  })
  let given = 0
  let givenEarly = 0
  setTimeout(() => (givenEarly = given), 250)
  const body = formOf((async function* () {
    for (; given < 200; given++) yield Buffer.alloc(1 << 20)
  })(), 'large')
  expect(await service.one({ ...get, method: 'POST', body })).toBeGreaterThan(200 << 20)
  // What fits into the buffers of two sockets.
  expect(givenEarly).toBeLessThan(40)
})

test('a form is one file', async () => {
  const { service } = await serviceOf(async (request, response) => {
    const form = await new Response(await new Response(request as never).arrayBuffer(), { headers: { 'content-type': request.headers['content-type']! } }).formData()
    const file = form.get('file') as File
    response.end(JSON.stringify([file.name, await file.text()]))
  })
  const body = formOf((async function* () { yield Buffer.from('one '); yield Buffer.from('two') })(), 'a.car')
  expect(await service.one({ ...get, method: 'POST', body })).toEqual(['a.car', 'one two'])
})

describe('a refusal', () => {
  test.for([
    ['{"Message":"path is not pinned\\nsecond line","Code":0}', 'Another service failed: Test says: path is not pinned.'],
    ['{"code":500,"message":"not enough peers"}', 'Another service failed: Test says: not enough peers.'],
    ['no JSON', 'Another service failed: Test says: no JSON.'],
    ['', 'Another service failed: Test says: status 500.'],
  ])('%s is passed on in its words, and is no outage', async ([text, message]) => {
    const { service } = await serviceOf((_, response) => response.writeHead(500).end(text))
    await expect(service.one(get)).rejects.toMatchObject({ code: 'UPSTREAM_FAILED', message, data: { refusal: true } })
    expect(service.outage()).toBeUndefined()
  })
})

test('a refusal after the answer has begun counts too', async () => {
  const { service } = await serviceOf((_, response) => {
    response.writeHead(200, { trailer: 'X-Stream-Error' })
    response.write('{"n":1}\n')
    response.addTrailers({ 'X-Stream-Error': 'not enough peers' })
    response.end()
  })
  await expect(service.one(get)).rejects.toMatchObject({ words: 'not enough peers' })
  expect(service.outage()).toBeUndefined()
})

describe('an outage', () => {
  test.for([401, 403, 429, 502, 503, 504])('is an answer of %i', async (status) => {
    const { service } = await serviceOf((_, response) => response.writeHead(status).end('{"message":"secret"}'))
    await expect(service.one(get)).rejects.toMatchObject({ code: 'UPSTREAM_FAILED', data: { outage: true } })
    expect(service.outage()).toMatch(/^Test at 127.0.0.1:\d+ .*\(\d+\)$/)
  })

  test('is silence, and an answer that breaks off or is no JSON', async () => {
    const { service } = await serviceOf((request, response) => {
      if (request.url === '/base/half') response.write('{"n":1}\n', () => response.destroy())
      if (request.url === '/base/html') response.end('<html>')
    })
    await expect(service.one({ ...get, silence: 50 })).rejects.toThrow(/no answer within 0.05 seconds/)
    await expect(service.one({ ...get, path: '/half' })).rejects.toMatchObject({ data: { outage: true } })
    await expect(service.one({ ...get, path: '/html' })).rejects.toMatchObject({ data: { outage: true } })
  })

  test('is told without user and password', async () => {
    const service = openService({ name: 'Test', url: 'http://127.0.0.1:1', credentials: { user: 'somebody', password: 'secret' } })
    const error = await service.one(get).catch((it: unknown) => it)
    expect(JSON.stringify([error, String(error), service.outage()])).not.toMatch(/secret|somebody/)
  })

  test('keeps others from asking, but one now and then, until it is over', async () => {
    let asked = 0
    let isOut = true
    const { service } = await serviceOf((_, response) => {
      asked++
      response.writeHead(isOut ? 503 : 200).end('1')
    }, { breaker: { failures: 3, least: 100, most: 200 } })
    const ask = () => service.one(get).catch(() => 'out')
    for (let i = 0; i < 10; i++) expect(await ask()).toBe('out')
    expect(asked).toBe(3)
    await sleep(150)
    expect(await Promise.all(Array.from({ length: 10 }, ask))).toEqual(Array(10).fill('out'))
    expect(asked).toBe(4)
    isOut = false
    await sleep(250)
    expect(await ask()).toBe(1)
    expect(await Promise.all([ask(), ask()])).toEqual([1, 1])
    expect(service.outage()).toBeUndefined()
  })

  test('is not that somebody stopped asking', async () => {
    const { service } = await serviceOf(() => {})
    for (let i = 0; i < 5; i++) await expect(service.one({ ...get, signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(service.outage()).toBeUndefined()
  })
})

test('calls in turns: in order, so many at once, none after a failure', async () => {
  let running = 0
  let most = 0
  const call = async (n: number) => {
    most = Math.max(most, ++running)
    await sleep(5)
    running--
    if (n === 7) throw new Error('seven')
    return n * 2
  }
  expect(await inTurns([1, 2, 3, 4, 5], 2, call)).toEqual([2, 4, 6, 8, 10])
  expect(most).toBe(2)
  const called: number[] = []
  await expect(inTurns(Array.from({ length: 50 }, (_, i) => i), 2, (n) => (called.push(n), call(n)))).rejects.toThrow('seven')
  expect(called.length).toBeLessThan(12)
  expect(await inTurns([], 3, call)).toEqual([])
})
