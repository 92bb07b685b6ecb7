import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { client, eventually, pattern, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { readMetrics } from '../support/metrics.ts'

let server: TestServer
let api: Client
let admin: Client
const secret = 'a secret that nobody may read'

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'local', THOLE_LOG: 'debug', THOLE_ACCESS_LOG: 'true', THOLE_METRICS_PORT: '0', THOLE_TRUSTED_PROXIES: '127.0.0.1' })
  api = client(server.url, await server.createKey())
  admin = client(server.url, await server.createKey(['admin']))
})
afterAll(() => server?.stop())

const scrape = async () => readMetrics(await (await admin.call('/metrics')).text())

describe('metrics', () => {
  test('are for admins, and on a port of their own for whoever may connect', async () => {
    expect((await fetch(`${server.url}/metrics`)).status).toBe(401)
    expect((await api.call('/metrics')).status).toBe(403)
    expect((await admin.call('/metrics')).headers.get('content-type')).toContain('text/plain; version=0.0.4')
    const port = /"port":(\d+)[^\n]*metrics/.exec(server.output())?.[1]
    const own = await fetch(`http://127.0.0.1:${port}/metrics`)
    expect(await own.text()).toContain('thole_info{version=')
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404)
  })

  test('tell what happened: requests, bytes, pins, jobs, store, network, processes', async () => {
    const before = await scrape()
    const { body } = await api.upload(pattern(400_000, 1))
    const cid = body.roots[0].cid
    await (await fetch(`${server.url}/ipfs/${cid}`)).arrayBuffer()
    await api.post('/psa/pins', { cid: 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy', name: secret })
    await fetch(`${server.url}/ipfs/nonsense`)
    const rise = async () => {
      const now = await scrape()
      return (name: string, labels: Record<string, string> = {}) => (now.value(name, labels) ?? 0) - (before.value(name, labels) ?? 0)
    }
    // What ended is counted when its connection has taken the last byte.
    await eventually(rise, (by) => by('thole_http_requests_total', { door: 'gateway', method: 'GET', status: '400' }) === 1)
    const by = await rise()
    expect(by('thole_http_requests_total', { door: 'api', method: 'POST', status: '201' })).toBe(1)
    expect(by('thole_http_requests_total', { door: 'gateway', method: 'GET', status: '200' })).toBe(1)
    expect(by('thole_http_requests_total', { door: 'psa', method: 'POST', status: '202' })).toBe(1)
    expect(by('thole_http_request_duration_seconds_count', { door: 'api' })).toBe(1)
    expect(by('thole_http_received_bytes_total', { door: 'api' })).toBeGreaterThan(400_000)
    expect(by('thole_http_sent_bytes_total', { door: 'gateway' })).toBeGreaterThan(400_000)
    expect(by('thole_pins', { status: 'pinned' })).toBe(1)
    const now = await scrape()
    expect(now.value('thole_pins', { status: 'queued' })! + now.value('thole_pins', { status: 'pinning' })!).toBe(1)
    expect(now.value('thole_database_up', { kind: 'sqlite' })).toBe(1)
    expect(now.value('thole_jobs', { kind: 'fetch-dag', state: 'dead' })).toBe(0)
    for (const name of ['thole_store_free_bytes', 'thole_jobs_oldest_due_seconds', 'nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes', 'process_open_fds']) expect(now.names).toContain(name)
    expect(now.value('thole_network_state', { state: 'running' })).toBe(1)
    if (process.platform === 'linux') expect(now.value('thole_network_resident_memory_bytes')).toBeGreaterThan(10_000_000)
  })

  test('name nobody and nothing, and are few whatever is asked for', async () => {
    for (let i = 0; i < 30; i++) await fetch(`${server.url}/${i}/ipfs/${i}`, { method: i % 2 ? 'GET' : 'PROPFIND' }).catch(() => undefined)
    // The asking itself is told by the next.
    await scrape()
    const one = await scrape()
    for (let i = 30; i < 60; i++) await fetch(`${server.url}/${i}/ipfs/${i}`, { method: i % 2 ? 'GET' : 'PROPFIND' }).catch(() => undefined)
    const two = await scrape()
    expect(two.lines).toBeLessThanOrEqual(one.lines + 2)
    expect(two.text).not.toMatch(/bafk|example\.org|[0-9a-f]{8}-[0-9a-f]{4}/)
  })
})

test('the board and the alerts name nothing that is not told', async () => {
  const { names } = await scrape()
  for (const file of ['thole.json', 'alerts.yaml']) {
    const text = await readFile(join(import.meta.dirname, '../../docs/grafana', file), 'utf8')
    const named = new Set(text.match(/\b(thole|process|nodejs)_[a-z0-9_]+/g))
    expect(named.size).toBeGreaterThan(10)
    // What was never run has no time of its last run.
    for (const name of named) if (name !== 'thole_last_run_timestamp_seconds') expect([...names], `${file} names ${name}`).toContain(name)
  }
  const { panels } = JSON.parse(await readFile(join(import.meta.dirname, '../../docs/grafana/thole.json'), 'utf8'))
  for (const { type, targets } of panels) expect(type === 'row' || targets.length > 0).toBe(true)
  const alerts = parse(await readFile(join(import.meta.dirname, '../../docs/grafana/alerts.yaml'), 'utf8')).groups[0].rules.map(({ alert }: { alert: string }) => alert)
  const page = await readFile(join(import.meta.dirname, '../../docs/operating.md'), 'utf8')
  expect([...page.matchAll(/^\| (Thole\w+) \|/gm)].map(([, name]) => name)).toEqual(alerts)
})

describe('request ids', () => {
  test('are told in a header by every door, and in the words of ours and of the error page', async () => {
    for (const path of ['/healthz', '/psa/pins', '/web3/user/uploads', '/nft/', '/routing/v1/providers/x', '/api/v1/nothing', '/ipfs/x', '/', '/gateway/web/ipfs/x', '/upload/api/v1/', '/abuse']) {
      const { headers } = await fetch(server.url + path)
      expect(headers.get('x-request-id'), path).toMatch(/^[0-9a-f-]{36}$/)
    }
    const problem = await api.json('/api/v1/dags/nothing')
    expect(problem.body.requestId).toBe(problem.headers.get('x-request-id'))
    const page = await fetch(`${server.url}/ipfs/nonsense`, { headers: { accept: 'text/html' } })
    expect(await page.text()).toContain(`<code translate="no">${page.headers.get('x-request-id')}</code>`)
  })

  test('come from a trusted proxy where they look like one, and are in every line of the log', async () => {
    const named = await api.call('/api/v1/uploads', { headers: { 'x-request-id': 'trace-0123456789' } })
    expect(named.headers.get('x-request-id')).toBe('trace-0123456789')
    for (const odd of ['short', 'two words here', '<script>alert(1)</script>', 'x'.repeat(200)]) {
      expect((await api.call('/api/v1/uploads', { headers: { 'x-request-id': odd } })).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    }
    await eventually(async () => server.output(), (text) => text.includes('"request":"trace-0123456789"'))
  })
})

test('keys, cookies and passwords are in no line of the log', async () => {
  const key = await server.createKey()
  await client(server.url, key).json('/api/v1/dags/nothing?token=in-the-query')
  await client(server.url, `${key}x`).json('/api/v1/uploads')
  await fetch(`${server.url}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json', origin: server.url, cookie: 'thole=in-a-cookie' }, body: JSON.stringify({ email: server.admin.email, password: 'a wrong password' }) })
  const { headers } = await fetch(`${server.url}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json', origin: server.url }, body: JSON.stringify(server.admin) })
  const cookie = headers.getSetCookie()[0]?.split(';')[0]?.split('=')[1]
  expect(cookie).toBeDefined()
  for (const text of [key, key.split('.')[2]!, 'in-the-query', 'in-a-cookie', 'a wrong password', server.admin.password, cookie!, secret]) expect(server.output()).not.toContain(text)
  expect(server.output()).toContain('"msg":"request"')
})

describe('the end', () => {
  const drained = async (seconds: string) => {
    const one = await startServer({ THOLE_NETWORK: 'none', THOLE_LOG: 'info', THOLE_DRAIN: seconds })
    return { one, key: await one.createKey() }
  }
  /** An upload of which a half was sent. */
  const begin = async (url: string, key: string) => {
    const sending = request(`${url}/api/v1/uploads`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-length': '200000' } })
    sending.on('error', () => {}) // it may be cut off
    const answer = once(sending, 'response') as Promise<[IncomingMessage]>
    answer.catch(() => {}) // so may its answer
    sending.write(pattern(100_000, 5))
    await new Promise((resolve) => setTimeout(resolve, 200))
    return { sending, answer }
  }
  const ready = (url: string) => fetch(`${url}/readyz`).then(({ status }) => status, () => 0)
  const gone = async (pid: number) => {
    try {
      process.kill(pid, 0)
      return false
    } catch {
      return true
    }
  }

  test('waits for uploads, turns away what is new, and says so', { timeout: 30_000 }, async () => {
    const { one, key } = await drained('20')
    const { sending, answer } = await begin(one.url, key)
    process.kill(one.pid, 'SIGTERM')
    await eventually(() => ready(one.url), (status) => status === 503)
    const refused = await fetch(`${one.url}/api/v1/uploads`, { headers: { authorization: `Bearer ${key}` } })
    expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('connection')]).toEqual([503, '5', 'close'])
    expect((await fetch(`${one.url}/healthz`)).status).toBe(200)
    sending.end(pattern(100_000, 6))
    const [{ statusCode }] = await answer
    expect(statusCode).toBe(201)
    await eventually(() => gone(one.pid), Boolean)
    expect(one.output()).toMatch(/"api":1,[^\n]*waiting for 1 request to end/)
    expect(one.output()).not.toContain('cut off')
    await one.stop()
  })

  test('cuts off what takes longer, and tells why', { timeout: 30_000 }, async () => {
    const { one, key } = await drained('1')
    const { answer } = await begin(one.url, key)
    process.kill(one.pid, 'SIGTERM')
    const [{ statusCode }] = await answer
    expect(statusCode).toBe(503)
    await eventually(() => gone(one.pid), Boolean)
    expect(one.output()).toContain('1 request cut off')
    await one.stop()
  })

  test('a second signal ends it at once', { timeout: 30_000 }, async () => {
    const { one, key } = await drained('600')
    await begin(one.url, key)
    process.kill(one.pid, 'SIGTERM')
    await eventually(() => ready(one.url), (status) => status === 503)
    process.kill(one.pid, 'SIGTERM')
    await eventually(() => gone(one.pid), Boolean)
    await one.stop()
  })
})
