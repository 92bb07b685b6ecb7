import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, eventually, form, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let api: Client
let stranger: string

beforeAll(async () => {
  server = await startServer({ THOLE_GATEWAY_HOSTS: 'localhost,gw.test' })
  api = client(server.url, await server.createKey())
  stranger = await server.createKey(['pins:read'], 'stranger@example.org')
})
afterAll(() => server?.stop())

interface Asked {
  host?: string
  key?: string
  cookie?: string
  method?: string
  headers?: Record<string, string>
}

/** Without following redirects; `host` names another host of the same server. */
async function get(path: string, { host, key, cookie, method = 'GET', headers = {} }: Asked = {}) {
  const { request } = await import('node:http')
  const { port } = new URL(server.url)
  return new Promise<{ status: number; headers: Record<string, string>; text: string }>((resolve, reject) => {
    const auth: Record<string, string> = { ...(key && { authorization: `Bearer ${key}` }), ...(cookie && { cookie }), ...(host && { host }) }
    const sent = request({ host: '127.0.0.1', port, path, method, headers: { ...headers, ...auth } }, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve({ status: response.statusCode!, headers: response.headers as Record<string, string>, text })
    })
    sent.on('error', reject).end()
  })
}

async function upload(files: Record<string, string>, query = ''): Promise<{ id: string; cid: string }> {
  const { body } = await api.upload(form(files), `/api/v1/uploads${query}`)
  return { id: body.id, cid: body.roots[0].cid }
}

async function sessionCookie(): Promise<string> {
  const signedIn = await fetch(`${server.url}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json', origin: server.url }, body: JSON.stringify(server.admin) })
  expect(signedIn.status).toBe(200)
  return signedIn.headers.getSetCookie()[0]!.split(';')[0]!
}

const pinsOf = async (cid: string) => (await api.json(`/psa/pins?cid=${cid}&status=queued,pinning,pinned,failed`)).body
const visitsOf = async (cid: string) => (await api.json(`/api/v1/dags/${cid}`)).body

test('the same gateway behind a key and behind the session, each within its own paths', async () => {
  const { cid } = await upload({ 'site/a.txt': 'words', 'site/sub/b.html': '<script>1</script>' })
  const key = await server.createKey()
  const doors = { '/gateway/api/v1': { key }, '/gateway/web': { cookie: await sessionCookie() } }
  for (const [mount, who] of Object.entries(doors)) {
    const file = await get(`${mount}/ipfs/${cid}/site/a.txt`, who)
    expect(file).toMatchObject({ status: 200, text: 'words', headers: { 'cache-control': 'public, max-age=29030400, immutable', 'x-ipfs-path': `/ipfs/${cid}/site/a.txt` } })
    expect((await get(`${mount}/ipfs/${cid}/site?x=1`, who)).headers.location).toBe(`${mount}/ipfs/${cid}/site/?x=1`)
    const { text } = await get(`${mount}/ipfs/${cid}/site/`, who)
    expect(text).toContain(`href="${mount}/ipfs/${cid}/site/a.txt"`)
    expect(text.match(/href="\/(?!gateway\/)[^"]*ipfs\//g)).toBeNull()
    const raw = await get(`${mount}/ipfs/${cid}?x=y`, { ...who, headers: { accept: 'application/vnd.ipld.raw' } })
    expect(raw).toMatchObject({ status: 200, headers: { 'content-location': `${mount}/ipfs/${cid}?x=y&format=raw` } })
    expect((await get(`${mount}/ipfs/${cid}?format=car`, who)).headers['content-type']).toContain('application/vnd.ipld.car')
    // Also where the host gives roots origins of their own, and active content is sandboxed there.
    const page = await get(`${mount}/ipfs/${cid}/site/sub/b.html`, { ...who, host: 'gw.test' })
    expect(page).toMatchObject({ status: 200, headers: { 'content-security-policy': expect.stringContaining('sandbox') } })
    expect((await get(`${mount}/ipfs/${cid}/site/a.txt`)).status).toBe(401)
    expect((await get(`${mount}/nothing`, who)).status).toBe(404)
    expect((await get(`${mount}/ipfs/${cid}`, { ...who, method: 'HEAD' })).text).toBe('')
  }
  expect((await get(`/gateway/api/v1/ipfs/${cid}`, { key: stranger })).status).toBe(403)
  // A session opens no door of programs, and a key none of people.
  expect((await get(`/gateway/api/v1/ipfs/${cid}`, { cookie: await sessionCookie() })).status).toBe(401)
  expect((await get(`/gateway/web/ipfs/${cid}`, { key })).status).toBe(401)
})

test('NFT.Storage addresses: the root as a host name', async () => {
  const { cid } = await upload({ 'nft/metadata.json': '{"a":1}' })
  expect(await get('/nft/metadata.json', { host: `${cid}.ipfs.gw.test` })).toMatchObject({ status: 200, text: '{"a":1}' })
})

const doors: [string, (cid: string, cookie: string) => Promise<{ status: number }>][] = [
  ['the path', (cid) => get(`/ipfs/${cid}`)],
  ['its own host', (cid) => get('/', { host: `${cid}.ipfs.localhost` })],
  ['a key', async (cid) => get(`/gateway/api/v1/ipfs/${cid}`, { key: await server.createKey(['gateway'], 'reader@example.org') })],
  ['the session', (cid, cookie) => get(`/gateway/web/ipfs/${cid}`, { cookie })],
  ['the address that leads on', (cid) => get(`/api/gateway/${cid}`)],
]

test.each(doors)('an upload without a pin is pinned by its first reader: %s', async (door, read) => {
  const { id, cid } = await upload({ 'a.txt': `unpinned until read by ${door}` }, '?pin=false&name=mine')
  expect(await pinsOf(cid)).toMatchObject({ count: 0 })
  const listed = async () => (await api.json('/api/v1/uploads')).body.uploads.find((one: { id: string }) => one.id === id)
  expect((await listed()).roots[0].pinned).toBe(false)
  // Whoever only asks what there is, or asks for what is not there, pins nothing.
  await get(`/ipfs/${cid}`, { method: 'HEAD' })
  await get(`/ipfs/${cid}/none`)
  await get(`/api/gateway/${cid}/none`)
  await get(`/api/gateway/${cid}`, { method: 'HEAD' })
  expect(await pinsOf(cid)).toMatchObject({ count: 0 })
  const { status } = await read(cid, await sessionCookie())
  expect([200, 302]).toContain(status)
  expect(await pinsOf(cid)).toMatchObject({ count: 1, results: [{ status: 'pinned', pin: { cid, name: 'mine' } }] })
  expect((await listed()).roots[0].pinned).toBe(true)
  await read(cid, await sessionCookie())
  expect((await pinsOf(cid)).count).toBe(1)
  // They end together.
  expect((await api.json(`/api/v1/uploads/${id}`, { method: 'DELETE' })).status).toBe(204)
  expect((await pinsOf(cid)).count).toBe(0)
  expect((await get(`/ipfs/${cid}`)).status).toBe(404)
})

test('/api/gateway leads to where the public gateway has it', async () => {
  const { cid } = await upload({ 'd/a b.txt': 'x' })
  const here = await get(`/api/gateway/${cid}/d/a%20b.txt?download=true`)
  expect(here).toMatchObject({ status: 302, headers: { location: `/ipfs/${cid}/d/a%20b.txt?download=true`, 'cache-control': 'no-store' } })
  const own = await get(`/api/gateway/${cid}/d/a%20b.txt`, { host: 'gw.test' })
  expect(own.headers.location).toBe(`http://${cid}.ipfs.gw.test/d/a%20b.txt`)
  const followed = await fetch(`${server.url}/api/gateway/${cid}/d/a%20b.txt`)
  expect([followed.status, await followed.text()]).toEqual([200, 'x'])
  expect((await get('/api/gateway/nonsense')).status).toBe(400)
  expect((await get('/api/gateway/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy')).status).toBe(404)
})

test('visits are counted, with the bytes that were written, for all and for each account', async () => {
  const words = 'seen by some'
  const { id, cid } = await upload({ 'a.txt': words }, '?name=visited')
  const key = await server.createKey(['gateway'])
  await get(`/ipfs/${cid}`)
  await get(`/ipfs/${cid}`, { headers: { range: 'bytes=0-3' } })
  await get(`/gateway/api/v1/ipfs/${cid}`, { key })
  await get(`/ipfs/${cid}`, { method: 'HEAD' })
  await get(`/ipfs/${cid}/none`)
  const dag = await eventually(() => visitsOf(cid), ({ visits }) => visits > 0)
  expect(dag).toMatchObject({ visits: 3, visitBytes: 2 * words.length + 4, own: { visits: 1, visitBytes: words.length } })
  expect(Date.now() - Date.parse(dag.lastVisit)).toBeLessThan(60_000)
  const { body } = await api.json('/api/v1/uploads')
  expect(body.uploads.find((one: { id: string }) => one.id === id).roots[0]).toMatchObject({ visits: 3, lastVisit: dag.lastVisit })
  expect((await api.json('/api/v1/pins?name=visited')).body.pins[0]).toMatchObject({ visits: 3, visitBytes: dag.visitBytes })
  const other = client(server.url, stranger)
  expect((await other.json(`/api/v1/dags/${cid}`)).body).toMatchObject({ visits: 3, own: { visits: 0, visitBytes: 0 } })
})
