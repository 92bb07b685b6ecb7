import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client, rawBlock, type Client } from '../support/api.ts'
import { inlineCid } from '../support/psa.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let key: string
let api: Client
const mounts = ['/psa', '/api/pinning', '/pinning/api/v1']
const failure = { error: { reason: expect.stringMatching(/^[A-Z_]+$/), details: expect.stringMatching(/\S/) } }

beforeAll(async () => {
  server = await startServer({ THOLE_FAILED_SIGN_INS: '0' })
  key = await server.createKey()
  api = client(server.url, key)
})
afterAll(() => server?.stop())

/** The path as it is: `fetch` would tidy it up. */
function get(path: string): Promise<{ status: number; type: string; body: unknown }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url)
    const call = request({ hostname, port, path, headers: { authorization: `Bearer ${key}` } }, (answer) => {
      const { statusCode = 0, headers } = answer
      text(answer).then((body) => resolve({ status: statusCode, type: headers['content-type'] ?? '', body: JSON.parse(body) }), reject)
    })
    call.once('error', reject).end()
  })
}

describe('who is calling', () => {
  test.each([
    ['nothing', undefined],
    ['an empty header', ''],
    ['no key', 'Bearer'],
    ['no key, but a space', 'Bearer '],
    ['another scheme', 'Basic YTpi'],
    ['two keys', 'Bearer a b'],
    ['an unknown key', 'Bearer purposefullyInvalid'],
    ['a forged one', 'Bearer eyJhbGciOiJub25lIn0.eyJqdGkiOiJhIiwic3ViIjoiYiJ9.'],
    ['a very long one', `Bearer ${'x'.repeat(10_000)}`],
  ])('row 1: %s is 401, on every mount', async (_, authorization) => {
    for (const mount of mounts) {
      const answer = await fetch(`${server.url}${mount}/pins`, { headers: authorization === undefined ? {} : { authorization } })
      const body = (await answer.json()) as { error: { reason: string } }
      expect([answer.status, body.error.reason, answer.headers.get('www-authenticate')]).toEqual([401, 'UNAUTHORIZED', 'Bearer'])
      expect(body).toEqual(failure)
    }
  })

  test('row 1: the scheme is read in any case', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER', 'BeArEr ']) {
      expect((await fetch(`${server.url}/psa/pins`, { headers: { authorization: `${scheme} ${key}` } })).status).toBe(200)
    }
  })

  test('row 2: a revoked key ends at once; other keys of the account go on', async () => {
    const doomed = await server.createKey()
    const mine = client(server.url, doomed)
    expect((await mine.json('/psa/pins')).status).toBe(200)
    const { body } = await mine.json('/api/v1/keys')
    const row = body.keys.find(({ tail }: { tail: string }) => doomed.endsWith(tail))
    expect((await mine.call(`/api/v1/keys/${row.id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await mine.json('/psa/pins')).status).toBe(401)
    expect((await mine.post('/psa/pins', { cid: inlineCid('a') })).status).toBe(401)
    expect((await api.json('/psa/pins')).status).toBe(200)
  })

  test('a key that may only read', async () => {
    const reader = client(server.url, await server.createKey(['pins:read']))
    expect((await reader.json('/psa/pins')).status).toBe(200)
    const { status, body } = await reader.post('/psa/pins', { cid: inlineCid('a') })
    expect([status, body.error.reason]).toEqual([403, 'SCOPE_MISSING'])
  })

  test("row 35: another account's request is not there, whatever is done with it", async () => {
    const other = client(server.url, await server.createKey(undefined, 'other@example.org'))
    const { requestid } = (await api.post('/psa/pins', { cid: inlineCid('mine'), name: 'mine', meta: { of: 'mine' } })).body
    const answers = [
      await other.json(`/psa/pins/${requestid}`),
      await other.post(`/psa/pins/${requestid}`, { cid: inlineCid('theirs') }),
      await other.json(`/psa/pins/${requestid}`, { method: 'DELETE' }),
    ]
    for (const { status, body } of answers) expect([status, body.error.reason]).toEqual([404, 'NOT_FOUND'])
    for (const query of ['', `cid=${inlineCid('mine')}`, 'name=mine', 'meta[of]=mine']) {
      expect((await other.json(`/psa/pins?${query}`)).body).toEqual({ count: 0, results: [] })
    }
    expect((await api.json(`/psa/pins/${requestid}`)).body.status).toBe('pinned')
  })
})

describe('every error is a Failure', () => {
  const id = '00000000-0000-4000-8000-000000000000'
  const cid = rawBlock(Buffer.from('x')).cid.toString()
  const cases: [string, number, string, string, RequestInit?][] = [
    ['an unknown path', 404, 'NOT_FOUND', '/psa/nothing'],
    ['the base itself', 404, 'NOT_FOUND', '/psa'],
    ['a path below a request', 404, 'NOT_FOUND', `/psa/pins/${id}/more`],
    ['an unknown path, POST', 404, 'NOT_FOUND', '/psa/nothing', { method: 'POST', body: '{}' }],
    ['an unknown request', 404, 'NOT_FOUND', `/psa/pins/${id}`],
    ['an id that is none', 404, 'NOT_FOUND', "/psa/pins/'or''='"],
    ['an id with a NUL', 404, 'NOT_FOUND', '/psa/pins/%00'],
    ['an id that is no UTF-8', 404, 'NOT_FOUND', '/psa/pins/%ff%fe'],
    ['an id of half an escape', 404, 'NOT_FOUND', '/psa/pins/%'],
    ['a long id', 404, 'NOT_FOUND', `/psa/pins/${'a'.repeat(8000)}`],
    ['PUT', 405, 'METHOD_NOT_ALLOWED', '/psa/pins', { method: 'PUT', body: '{}' }],
    ['DELETE of all', 405, 'METHOD_NOT_ALLOWED', '/psa/pins', { method: 'DELETE' }],
    ['PATCH', 405, 'METHOD_NOT_ALLOWED', `/psa/pins/${id}`, { method: 'PATCH', body: '{}' }],
    ['no body', 400, 'BAD_REQUEST', '/psa/pins', { method: 'POST' }],
    ['half a body', 400, 'BAD_REQUEST', '/psa/pins', { method: 'POST', body: '{"cid":' }],
    ['a list', 400, 'BAD_REQUEST', '/psa/pins', { method: 'POST', body: '[]' }],
    ['a text', 400, 'BAD_REQUEST', '/psa/pins', { method: 'POST', body: '"cid"' }],
    ['null', 400, 'BAD_REQUEST', '/psa/pins', { method: 'POST', body: 'null' }],
    ['a form', 400, 'BAD_REQUEST', '/psa/pins', { method: 'POST', body: new URLSearchParams({ cid }) }],
    ['a body that is too long', 413, 'TOO_LARGE', '/psa/pins', { method: 'POST', body: JSON.stringify({ cid, meta: { a: 'x'.repeat(2_000_000) } }) }],
    ['a bad filter', 400, 'BAD_REQUEST', '/psa/pins?limit=0'],
  ]

  test.each(cases)('row 3: %s is %i %s', async (_, status, reason, path, init) => {
    const { headers, ...answer } = await api.json(path, init)
    expect([answer.status, answer.body.error.reason]).toEqual([status, reason])
    expect(answer.body).toEqual(failure)
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(headers.get('allow') !== null).toBe(status === 405)
  })

  test('row 3: a long body of unknown length', async () => {
    const pieces = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 40; i++) controller.enqueue(new Uint8Array(65_536).fill(32))
        controller.close()
      },
    })
    const { status, body } = await api.json('/psa/pins', { method: 'POST', body: pieces })
    expect([status, body.error.reason]).toEqual([413, 'TOO_LARGE'])
  })
})

describe('browsers', () => {
  const origin = 'https://app.example'

  test.each([['/psa/pins', 'POST'], ['/psa/pins/x', 'DELETE'], ['/api/pinning/pins', 'GET'], ['/pinning/api/v1/pins', 'POST']])('row 37: may ask %s with %s, and need no key to learn it', async (path, method) => {
    const headers = { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization,content-type' }
    const answer = await fetch(server.url + path, { method: 'OPTIONS', headers })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    expect(answer.headers.get('access-control-allow-methods')!.split(',')).toEqual(expect.arrayContaining(['GET', 'POST', 'DELETE', 'OPTIONS']))
    expect(answer.headers.get('access-control-allow-headers')!.toLowerCase().split(',')).toEqual(expect.arrayContaining(['authorization', 'content-type']))
  })

  test.each([
    ['an answer', 200, '/psa/pins', {}],
    ['401', 401, '/psa/pins', { headers: { authorization: 'Bearer wrong' } }],
    ['404', 404, '/psa/pins/x', {}],
    ['404 of a path', 404, '/psa/nothing', {}],
    ['405', 405, '/psa/pins', { method: 'PUT' }],
    ['400', 400, '/psa/pins?limit=x', {}],
    ['202', 202, '/psa/pins', { method: 'POST', body: JSON.stringify({ cid: inlineCid('browser') }) }],
  ])('row 37: %s can be read by a page, and its limits', async (_, status, path, init) => {
    const answer = await api.call(path, { ...init, headers: { origin, ...(init as RequestInit).headers } as Record<string, string> })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([status, '*'])
    const exposed = answer.headers.get('access-control-expose-headers')!.toLowerCase().split(',')
    expect(exposed).toEqual(expect.arrayContaining(['retry-after', 'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']))
  })
})

describe('paths', () => {
  test('row 38: carelessly joined paths are served, not redirected', async () => {
    const { requestid } = (await api.post('/psa//pins/', { cid: inlineCid('slashes') })).body
    for (const path of ['/psa//pins', '//psa/pins', '/psa/pins/', '///psa///pins//', '/api/pinning//pins/', '/psa//pins?limit=1']) {
      expect(await get(path), path).toMatchObject({ status: 200, body: { results: expect.any(Array) } })
    }
    for (const path of [`/psa//pins/${requestid}`, `//psa/pins//${requestid}/`]) {
      expect(await get(path), path).toMatchObject({ status: 200, body: { requestid } })
    }
  })
})
