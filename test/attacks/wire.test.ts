import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { say } from './raw.ts'

let server: TestServer
let api: Client
beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  api = client(server.url, await server.createKey())
})
afterAll(() => server?.stop())

const inner = 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

describe('two that see two requests where there is one', () => {
  const heads: [what: string, bytes: string][] = [
    ['a length and chunks', `POST /psa/pins HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`],
    ['two lengths', `POST /psa/pins HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`],
    ['a length that is none', `POST /psa/pins HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n${inner}`],
    ['an encoding that nobody knows', `POST /psa/pins HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`],
    ['chunks that are not last', `POST /psa/pins HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${inner}`],
    ['a space before the colon', `POST /psa/pins HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n${inner}`],
    ['a folded header', `POST /psa/pins HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${inner}`],
    ['lines without a carriage return', inner.replaceAll('\r', '')],
    ['a header with a NUL', `GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n${inner}`],
    ['two hosts', `GET /healthz HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n${inner}`],
    ['two hosts, one of the gateway', `GET /ipfs/bafkqaaa HTTP/1.1\r\nHost: bafkqaaa.ipfs.localhost\r\nHost: localhost\r\n\r\n${inner}`],
    ['no host', `GET /healthz HTTP/1.1\r\n\r\n${inner}`],
  ]

  test.each(heads)('%s: one refusal, and the connection ends', async (_what, bytes) => {
    const answers = await say(server.url, bytes)
    expect(answers.map(({ status }) => status)).toEqual([400])
  })

  test('a body that is longer than it said is not the next request of somebody', async () => {
    const answers = await say(server.url, `POST /psa/pins HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}SMUGGLED /x HTTP/1.1\r\nHost: a\r\n\r\n`)
    expect(answers.map(({ status }) => status)).toEqual([401, 400])
  })
})

test('headers without end are refused before they are all there', async () => {
  for (const line of [`X: ${'y'.repeat(20_000)}\r\n`, 'X: y\r\n'.repeat(5_000), `Cookie: ${'a=b; '.repeat(5_000)}\r\n`]) {
    expect((await say(server.url, `GET /healthz HTTP/1.1\r\nHost: a\r\n${line}\r\n`)).map(({ status }) => status)).toEqual([431])
  }
  expect((await say(server.url, `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`)).map(({ status }) => status)).toEqual([431])
})

test('those who say a header now and then keep nobody else out', async () => {
  const slow = Array.from({ length: 300 }, () => say(server.url, 'GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ', 1_500))
  const begun = performance.now()
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  expect(performance.now() - begun).toBeLessThan(1_000)
  await Promise.all(slow)
})

test('TRACE repeats nothing, and no method is taken for another', async () => {
  const [traced] = await say(server.url, 'TRACE /api/v1/session HTTP/1.1\r\nHost: a\r\nCookie: secret=1\r\nConnection: close\r\n\r\n')
  expect(traced!.status).toBeGreaterThanOrEqual(400)
  expect(traced!.body).not.toContain('secret=1')
  const { body } = await api.upload('stays')
  for (const headers of [{ 'x-http-method-override': 'DELETE' }, { 'x-method-override': 'DELETE' }] as Record<string, string>[]) await api.call(`/api/v1/uploads/${body.id}?_method=DELETE`, { method: 'POST', headers })
  expect((await api.json('/api/v1/uploads')).body.count).toBe(1)
})

describe('bodies that say they are compressed', () => {
  const bomb = gzipSync(Buffer.alloc(64 << 20))

  test('are bytes like others: nothing is unpacked, nothing is taken for more than it is', async () => {
    const { status, body } = await api.json('/api/v1/uploads', { method: 'POST', headers: { 'content-encoding': 'gzip', 'content-type': 'application/octet-stream' }, body: bomb })
    expect([status, (await api.json('/api/v1/uploads')).body.uploads.find(({ id }: { id: string }) => id === body.id).bytes]).toEqual([201, expect.any(Number)])
    const { body: dag } = await api.json(`/api/v1/dags/${body.roots[0].cid}`)
    expect(dag.bytes).toBeLessThan(bomb.length + 1_000)
  })

  test('are no JSON', async () => {
    const { status } = await api.json('/psa/pins', { method: 'POST', headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' }, body: gzipSync('{"cid":"bafkqaaa"}') })
    expect(status).toBe(400)
  })
})

describe('what is in JSON that was never meant', () => {
  const evil = ['{"cid":"bafkqaaa","__proto__":{"polluted":"yes","scopes":["admin"]}}', '{"cid":"bafkqaaa","constructor":{"prototype":{"polluted":"yes"}}}', '{"cid":"bafkqaaa","meta":{"__proto__":"polluted","constructor":"polluted"}}']

  test.each(evil)('%s changes no other object', async (body) => {
    for (const path of ['/psa/pins', '/api/v1/pins', '/api/v1/keys', '/web3/user/tokens']) {
      const { status } = await api.json(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      expect([path, status]).toEqual([path, expect.toSatisfy((one: number) => one < 500)])
    }
    const { body: list } = await api.json('/psa/pins?limit=1')
    const { body: instance } = await api.json('/api/v1/instance')
    expect(JSON.stringify([list.results[0].pin.name, instance])).not.toContain('yes')
    expect((await api.json('/api/v1/scrub')).status).toBe(403)
  })

  test('a field that only the server sets is passed over', async () => {
    const { body } = await api.post('/psa/pins', { cid: 'bafkqaaa', requestid: 'mine', status: 'failed', account: 'other', created: '2000-01-01T00:00:00Z' })
    expect(body).toMatchObject({ status: 'pinned', requestid: expect.stringMatching(/^[\da-f-]{36}$/) })
    expect(Date.parse(body.created)).toBeGreaterThan(Date.now() - 60_000)
    const made = await api.post('/api/v1/keys', { name: 'n', scopes: ['pins:read'], accountId: 'other', role: 'admin', hash: 'x' })
    expect(made.status).toBe(201)
    expect((await client(server.url, made.body.key).json('/api/v1/keys')).status).toBe(403)
  })

  test('a parameter that is given twice is not two things to two readers', async () => {
    for (const query of ['limit=1&limit=1000', 'status=pinned&status=nonsense', 'name=a&name=b', 'before=2020-01-01T00:00:00Z&before=2030-01-01T00:00:00Z']) {
      expect([query, (await api.json(`/psa/pins?${query}`)).status]).toEqual([query, 400])
    }
  })
})
