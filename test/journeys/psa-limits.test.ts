import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, rawBlock, type Client } from '../support/api.ts'
import { anyStatus, inlineCid, several } from '../support/psa.ts'
import { startServer, type TestServer } from '../support/server.ts'

const perMinute = 40
const failures = 5

let server: TestServer
let api: Client
let another: Client

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none', THOLE_RATE_LIMIT: String(perMinute), THOLE_FAILED_SIGN_INS: String(failures), THOLE_TRUSTED_PROXIES: '127.0.0.0/8' })
  ;[api, another] = (await Promise.all([server.createKey(), server.createKey()])).map((key) => client(server.url, key)) as [Client, Client]
})
afterAll(() => server?.stop())

const limitsOf = (headers: Headers) => ['limit', 'remaining', 'reset'].map((name) => Number(headers.get(`x-ratelimit-${name}`)))
const ids: string[] = []

test('row 39: a key is told how much it may ask, and is refused beyond', async () => {
  for (let left = perMinute - 1; left >= 0; left--) {
    const { status, headers, body } = await api.post('/psa/pins', { cid: left % 2 === 0 ? inlineCid(String(left)) : rawBlock(Buffer.from(`limited ${left}`)).cid.toString() })
    const [limit, remaining, reset] = limitsOf(headers)
    expect([status, limit]).toEqual([202, perMinute])
    // Some flow in while the test runs.
    expect(remaining).toBeGreaterThanOrEqual(left)
    expect(reset).toBeGreaterThanOrEqual(Math.floor(Date.now() / 1000))
    expect(reset).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000) + 61)
    ids.push(body.requestid)
  }
  const answers = await Promise.all(Array.from({ length: perMinute }, () => api.json('/psa/pins', { headers: { origin: 'https://app.example' } })))
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(perMinute / 2)
  for (const { headers, body } of refused) {
    expect(body).toEqual({ error: { reason: 'RATE_LIMITED', details: expect.stringMatching(/try again in \d+ seconds/) } })
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(2)
    expect(limitsOf(headers).slice(0, 2)).toEqual([perMinute, 0])
    // Row 37: a page can read it.
    expect(headers.get('access-control-allow-origin')).toBe('*')
  }
})

test('row 39: 100 pins asked after twice a second, for longer than the limit would last', async () => {
  const answers = await several(600, 20, (i) => api.json(`/psa/pins/${ids[i % ids.length]}`))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(limitsOf(answers[0]!.headers)[0]).toBe(24_000)
  expect((await api.json(`/api/v1/pins/${ids[0]}`)).status).toBe(200)
})

test('row 39: the limit is of the key: on the other dialects too, and not of another key', async () => {
  // Some has flowed in: what is asked several times at once is more.
  const refused = async (path: string, init?: RequestInit) => (await Promise.all(Array.from({ length: 8 }, () => api.json(path, init)))).find(({ status }) => status === 429)!
  const mine = await refused('/api/v1/pins')
  expect([mine.body.code, mine.headers.get('content-type')]).toEqual(['RATE_LIMITED', 'application/problem+json'])
  const pinion = await refused('/upload/api/v1', { method: 'POST', body: 'bytes' })
  expect([pinion.body.error, pinion.headers.get('retry-after')]).toEqual(['RATE_LIMITED', expect.stringMatching(/^[12]$/)])
  expect((await another.json(`/psa/pins?${anyStatus}`)).body.count).toBe(ids.length)
})

test('wrong keys of one address: refused after a few, while the right one and other addresses go on', async () => {
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
  const wrong = async (address: string) => (await client(server.url, 'wrong').json('/psa/pins', from(address))).status
  expect((await another.json('/psa/pins', from('192.0.2.1'))).status).toBe(200)
  const tries = []
  for (let i = 0; i < failures + 1; i++) tries.push(await wrong('192.0.2.1'))
  expect(tries).toEqual([...Array(failures).fill(401), 429])
  expect(await wrong('1.1.1.1, 192.0.2.1')).toBe(429)
  expect(await wrong('192.0.2.2')).toBe(401)
  expect((await another.json('/psa/pins', from('192.0.2.1'))).status).toBe(200)

  for (let i = 0; i < failures; i++) await wrong(`2001:db8:0:1::${i}`)
  expect([await wrong('2001:db8:0:1:ffff::1'), await wrong('2001:db8:0:2::1')]).toEqual([429, 401])
})

test('wrong passwords of one address', async () => {
  const signIn = (i: number, address: string) =>
    fetch(`${server.url}/api/v1/session`, {
      method: 'POST',
      body: JSON.stringify({ email: `${i}@example.org`, password: 'wrong' }),
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', 'x-forwarded-for': address },
    })
  for (let i = 0; i < failures; i++) expect((await signIn(i, '192.0.2.3')).status).toBe(401)
  expect((await signIn(failures, '192.0.2.3')).status).toBe(429)
  expect((await signIn(failures, '192.0.2.4')).status).toBe(401)
})
