import { readdir, readlink } from 'node:fs/promises'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client, eventually, form, pattern, type Client } from '../support/api.ts'
import { startServer, tryServer, type TestServer } from '../support/server.ts'

let server: TestServer
let api: Client
let site: string

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none', THOLE_RECLAIM_GRACE: '0', THOLE_PUBLIC_URL: 'http://dashboard.test', THOLE_UNSANDBOXED_HOSTS: 'content.test' })
  api = client(server.url, await server.createKey())
  const { body } = await api.upload(form({ 'x/page.html': '<script>1</script>', 'x/drawing.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>', 'x/feed.xml': '<?xml version="1.0"?><a/>', 'x/paper.pdf': '%PDF-1.4', 'x/words.txt': 'w' }))
  site = body.roots[0].cid
})
afterAll(() => server?.stop())

interface Asked {
  host?: string
  method?: string
  headers?: Record<string, string>
  body?: string
}

function ask(path: string, { host = 'dashboard.test', method = 'GET', headers = {}, body }: Asked = {}) {
  const { port } = new URL(server.url)
  return new Promise<{ status: number; headers: Record<string, string | string[] | undefined>; text: string }>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers: { ...headers, host } }, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve({ status: response.statusCode!, headers: response.headers, text })
    })
    sent.on('error', reject).end(body)
  })
}

describe('content that browsers run', () => {
  test.each(['page.html', 'drawing.svg', 'feed.xml', 'paper.pdf'])('%s is sandboxed where the origin is shared, and on no host of its own', async (name) => {
    const path = `/ipfs/${site}/x/${name}`
    expect((await ask(path)).headers['content-security-policy']).toBe('sandbox')
    expect((await ask(`/x/${name}`, { host: `${site}.ipfs.localhost` })).headers['content-security-policy']).toBeUndefined()
    expect((await ask(path, { host: 'content.test' })).headers['content-security-policy']).toBeUndefined()
    expect((await ask(`/ipfs/${site}/x/words.txt`)).headers['content-security-policy']).toBeUndefined()
  })

  test('on a host without the sandbox there is nothing else: no dashboard, no API, no session', async () => {
    for (const path of ['/', '/api/v1/instance', '/api/v1/session', '/healthz', '/abuse', `/gateway/web/ipfs/${site}`, '/upload/web', '/assets/x.js']) {
      expect([path, (await ask(path, { host: 'content.test' })).status]).toEqual([path, 404])
      expect([path, (await ask(path, { host: 'Content.Test:80' })).status]).toEqual([path, 404])
    }
    const signIn = await ask('/api/v1/session', { host: 'content.test', method: 'POST', headers: { 'content-type': 'application/json', origin: 'http://content.test' }, body: JSON.stringify(server.admin) })
    expect([signIn.status, signIn.headers['set-cookie']]).toEqual([405, undefined])
    const { text } = await ask(`/ipfs/${site}/x/`, { host: 'content.test' })
    expect(text).toContain('href="http://dashboard.test/abuse?path=')
  })

  test.each([
    [{ THOLE_UNSANDBOXED_HOSTS: 'content.test', THOLE_PUBLIC_URL: '' }, /needs THOLE_PUBLIC_URL/],
    [{ THOLE_UNSANDBOXED_HOSTS: 'other.test,Dashboard.test', THOLE_PUBLIC_URL: 'https://dashboard.test' }, /dashboard\.test is not one/],
    [{ THOLE_UNSANDBOXED_HOSTS: '127.0.0.1', THOLE_PUBLIC_URL: 'https://dashboard.test' }, /127\.0\.0\.1 is not one/],
    [{ THOLE_UNSANDBOXED_HOSTS: 'content.test:8080', THOLE_PUBLIC_URL: 'https://dashboard.test' }, /without port/],
    [{ THOLE_GATEWAY_FETCH: 'true', THOLE_NETWORK: 'none' }, /contradicts THOLE_NETWORK=none/],
    [{ THOLE_DENYLISTS: 'https://lists.test/bad.deny', THOLE_NETWORK: 'local' }, /under THOLE_NETWORK=public alone/],
    [{ THOLE_ABUSE_CONTACT: 'nobody' }, /THOLE_ABUSE_CONTACT/],
  ])('%j refuses the start', async (variables, words) => {
    const { code, err } = await tryServer({ ...server.env, THOLE_UNSANDBOXED_HOSTS: '', THOLE_PORT: '0', ...variables })
    expect([code, err]).toEqual([1, expect.stringMatching(words)])
  })
})

describe('what a page of the gateway could try with the session of whoever looks at it', () => {
  let cookie: string

  beforeAll(async () => {
    const signedIn = await ask('/api/v1/session', { method: 'POST', headers: { 'content-type': 'application/json', origin: 'http://dashboard.test' }, body: JSON.stringify(server.admin) })
    expect(signedIn.status).toBe(200)
    const [set] = signedIn.headers['set-cookie'] as string[]
    // For this very host alone, and for no script.
    expect(set).toMatch(/HttpOnly/)
    expect(set).not.toMatch(/Domain=/i)
    expect(set).toMatch(/SameSite=Lax/)
    cookie = set!.split(';')[0]!
  })

  const strangers = [`http://${'a'.repeat(59)}.ipfs.dashboard.test`, 'http://content.test', 'null', 'http://localhost:3000']

  test.each(strangers)('a page of %s changes nothing, whatever it sends', async (origin) => {
    const { body } = await api.upload(`for ${origin}`)
    const id = body.id as string
    for (const site of ['same-site', 'cross-site', undefined]) {
      const headers: Record<string, string> = { cookie, origin, ...(site && { 'sec-fetch-site': site }) }
      const tries: [string, Asked][] = [
        [`/api/v1/uploads/${id}`, { method: 'DELETE', headers }],
        ['/api/v1/uploads', { method: 'POST', headers: { ...headers, 'content-type': 'text/plain' }, body: 'forged' }],
        ['/upload/web', { method: 'POST', headers: { ...headers, 'content-type': 'text/plain' }, body: 'forged' }],
        ['/api/v1/keys', { method: 'POST', headers: { ...headers, 'content-type': 'text/plain' }, body: '{"name":"stolen"}' }],
        ['/api/v1/session', { method: 'DELETE', headers }],
      ]
      for (const [path, asked] of tries) expect([path, (await ask(path, asked)).status]).toEqual([path, 401])
    }
    expect((await ask('/api/v1/session', { headers: { cookie } })).status).toBe(200)
  })

  test.each(strangers)('a page of %s reads nothing: no answer lets it with credentials, and what a session is for not at all', async (origin) => {
    for (const path of ['/api/v1/session', '/api/v1/uploads', '/api/v1/keys', `/gateway/web/ipfs/${site}/x/words.txt`, '/psa/pins']) {
      const { headers } = await ask(path, { headers: { cookie, origin } })
      expect([path, headers['access-control-allow-credentials']]).toEqual([path, undefined])
      expect([path, headers['access-control-allow-origin']]).not.toEqual([path, origin])
      if (path.startsWith('/api/v1/session')) expect(headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  test('the cookie opens no door on another host name', async () => {
    expect((await ask('/', { host: `${site}.ipfs.localhost`, headers: { cookie } })).headers['set-cookie']).toBeUndefined()
    expect((await ask(`/gateway/web/ipfs/${site}`, { host: 'content.test', headers: { cookie } })).status).toBe(404)
    // What a site calls so is the site's.
    expect((await ask('/gateway/web/x', { host: `${site}.ipfs.localhost`, headers: { cookie } })).status).toBe(404)
  })
})

describe('readers that take their time', () => {
  const megabyte = 1024 * 1024

  /** Asks, and reads nothing of the answer. */
  async function stalled(path: string): Promise<Socket> {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.pause().on('error', () => {})
    socket.write(`GET ${path} HTTP/1.1\r\nHost: dashboard.test\r\n\r\n`)
    await new Promise((resolve) => socket.once('readable', resolve))
    return socket
  }

  async function openFiles(): Promise<string[]> {
    const folder = `/proc/${server.pid}/fd`
    const links = (await readdir(folder)).map((name) => readlink(`${folder}/${name}`).catch(() => ''))
    return (await Promise.all(links)).filter((link) => link.includes('/blocks/'))
  }

  test('what is deleted while they read goes back to the disk', async () => {
    const { body } = await api.upload(pattern(48 * megabyte, 7))
    const [{ cid }] = body.roots
    const before = (await api.json('/api/v1/storage')).body.bytes as number
    const readers = await Promise.all([stalled(`/ipfs/${cid}`), stalled(`/ipfs/${cid}?format=car`), stalled(`/ipfs/${cid}`)])
    await api.call(`/api/v1/uploads/${body.id}`, { method: 'DELETE' })
    await eventually(async () => (await api.json('/api/v1/storage')).body.bytes as number, (bytes) => bytes < before - 40 * megabyte)
    expect(readers.map(({ destroyed }) => destroyed)).toEqual([false, false, false])
    await eventually(openFiles, (files) => files.every((file) => !file.endsWith('(deleted)')))
    for (const reader of readers) reader.destroy()
  })

  test('those who leave in the middle leave nothing behind', async () => {
    const { body } = await api.upload(pattern(16 * megabyte, 8))
    const [{ cid }] = body.roots
    const sockets = async () => (await readdir(`/proc/${server.pid}/fd`)).length
    const before = await sockets()
    for (let round = 0; round < 10; round++) {
      const readers = await Promise.all(Array.from({ length: 10 }, (_, i) => stalled(`/ipfs/${cid}${i % 2 ? '?format=car' : ''}`)))
      for (const reader of readers) reader.destroy()
    }
    await eventually(sockets, (now) => now <= before + 3)
    expect((await ask(`/ipfs/${cid}`, { headers: { range: 'bytes=5-9' } })).status).toBe(206)
  })
})

describe('reports of abuse', () => {
  const post = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    ask('/abuse', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body: new URLSearchParams(fields).toString() })

  test('are bounded in size and in number, and no one but an admin sees them', async () => {
    const page = await ask(`/abuse?path=${encodeURIComponent('/ipfs/x"><script>')}`)
    expect(page.text).toContain('value="/ipfs/x&#34;&#62;&#60;script&#62;"')
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    expect((await post({ path: '', kind: 'other', words: '' })).status).toBe(400)
    expect((await post({ path: '/ipfs/x', kind: 'rude', words: '' })).status).toBe(400)
    expect((await post({ path: '/ipfs/x', kind: 'other', words: 'w'.repeat(40_000) })).status).toBe(413)
    expect((await post({ path: `/ipfs/${site}`, kind: 'malware', words: 'look at it', contact: 'me@example.org' })).status).toBe(201)
    const long = await post({ path: '/ipfs/x', kind: 'copyright', words: `<mine> ${'w'.repeat(4_000)}` })
    expect(long.status).toBe(400)
    // What was written is not lost.
    expect(long.text).toContain('&#60;mine&#62; www')
    expect(long.text).toContain('<option value="copyright" selected>')
    const refused = await post({ path: '/ipfs/x', kind: 'other', words: '' })
    expect([refused.status, Number(refused.headers['retry-after'])]).toEqual([429, expect.any(Number)])
    expect((await api.json('/api/v1/abuse-reports')).status).toBe(403)
    const admin = client(server.url, await server.createKey(['admin']))
    const { body } = await admin.json('/api/v1/abuse-reports')
    expect(body).toMatchObject({ count: 1, reports: [{ path: `/ipfs/${site}`, kind: 'malware', words: 'look at it', contact: 'me@example.org' }] })
    expect((await admin.json('/api/v1/abuse-reports?after=' + body.reports[0].id)).body.reports).toEqual([])
    expect((await api.call(`/api/v1/abuse-reports/${body.reports[0].id}`, { method: 'DELETE' })).status).toBe(403)
    expect((await admin.call(`/api/v1/abuse-reports/${body.reports[0].id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await admin.json('/api/v1/abuse-reports')).body.count).toBe(0)
    expect((await admin.json('/api/v1/denylists')).body).toEqual({ lists: [] })
    expect((await api.json('/api/v1/denylists')).status).toBe(403)
  })
})
