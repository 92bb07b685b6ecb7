import { once } from 'node:events'
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { car, client, eventually, form, rawBlock, type Client } from '../support/api.ts'
import { startServer, tryServer, type TestServer } from '../support/server.ts'

const bad = rawBlock(Buffer.from('nobody here wants these bytes'))
const illegal = rawBlock(Buffer.from('a court said no'))
const nice = rawBlock(Buffer.from('everybody likes these bytes'))

let folder: string
let list: string
let server: TestServer
let api: Client

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thole-denylists-'))
  list = join(folder, 'house.deny')
  await writeFile(list, `/ipfs/${bad.cid}\n/ipfs/${illegal.cid} gateway_status:451\n`)
  server = await startServer({ THOLE_DENYLISTS: folder })
  api = client(server.url, await server.createKey())
})
afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

const get = (path: string) => fetch(server.url + path, { redirect: 'manual' })

test('no door takes or gives what a list blocks, and each names the rule', async () => {
  const pinned = await api.post('/psa/pins', { cid: bad.cid.toString() })
  expect(pinned).toMatchObject({ status: 410, body: { error: { reason: 'BLOCKED', details: expect.stringContaining('house:1') } } })
  expect((await api.post('/psa/pins', { cid: illegal.cid.toString() })).status).toBe(451)
  expect((await api.json('/psa/pins?status=queued,pinning,pinned,failed')).body.count).toBe(0)

  const sent = await api.upload(car([nice.cid], [nice, bad]) as BodyInit, '/api/v1/uploads', 'application/vnd.ipld.car')
  expect(sent).toMatchObject({ status: 410, body: { code: 'BLOCKED' } })
  expect((await api.upload(car([bad.cid], [nice]) as BodyInit, '/api/v1/uploads', 'application/vnd.ipld.car')).status).toBe(410)
  expect((await api.upload(bad.bytes as BodyInit, '/api/v1/uploads')).status).toBe(410)
  expect((await api.json('/api/v1/uploads')).body.count).toBe(0)

  const page = await get(`/ipfs/${bad.cid}?format=raw`)
  expect([page.status, await page.text()]).toEqual([410, expect.stringContaining('house:1')])
  expect((await get(`/ipfs/${illegal.cid}?format=car`)).status).toBe(451)
})

test('a replace with what is blocked leaves the old request as it was', async () => {
  await api.upload(nice.bytes as BodyInit)
  const { body: old } = await api.post('/psa/pins', { cid: nice.cid.toString() })
  expect((await api.post(`/psa/pins/${old.requestid}`, { cid: bad.cid.toString() })).status).toBe(410)
  expect((await api.json(`/psa/pins/${old.requestid}`)).body.status).toBe('pinned')
})

test('a rule that is added later ends the serving of what is here, of a path alone where it names one, and a rule taken back brings it back', async () => {
  const { body } = await api.upload(form({ 'site/index.html': 'hello', 'site/secret/a.txt': 'not for you' }))
  const root = body.roots[0].cid
  const status = async (path: string) => (await get(`/ipfs/${root}${path}?format=raw`)).status
  expect(await status('/site/secret/a.txt')).toBe(200)
  await appendFile(list, `/ipfs/${root}/site/secret/*\n`)
  await eventually(() => status('/site/secret/a.txt'), (code) => code === 410)
  expect(await status('/site/index.html')).toBe(200)
  await writeFile(join(folder, 'later.deny'), `!/ipfs/${root}/site/secret/a.txt\n/ipfs/${root}/site/index.html\n`)
  await eventually(() => status('/site/index.html'), (code) => code === 410)
  // The folder shows the same page.
  expect((await get(`/ipfs/${root}/site/`)).status).toBe(410)
  expect(await status('/site/secret/a.txt')).toBe(200)
  expect(await status('/site/secret')).toBe(410)
})

test('a list that cannot be read refuses the start, in words', async () => {
  const data = await mkdtemp(join(tmpdir(), 'thole-denied-'))
  await mkdir(join(data, 'denylists'))
  await writeFile(join(data, 'denylists', 'broken.deny'), 'version: 7\n---\n')
  const { code, err } = await tryServer({ ...server.env, THOLE_DATA: data, THOLE_PORT: '0', THOLE_DENYLISTS: '' })
  expect(code).toBe(1)
  expect(err).toMatch(/broken\.deny.*version 7/s)
  await rm(data, { recursive: true })
})

test('a list at a URL is followed under the public network, its last copy used where it is away, and its state told to admins', async () => {
  const source = createServer((_, response) => response.writeHead(200, { etag: '"1"' }).end(`name: Theirs\n---\n/ipfs/${bad.cid}\n`)).listen(0, '127.0.0.1')
  await once(source, 'listening')
  const url = `http://127.0.0.1:${(source.address() as AddressInfo).port}/list.deny`
  const open = await startServer({ THOLE_NETWORK: 'public', THOLE_BOOTSTRAP: 'none', THOLE_SWARM: '/ip4/127.0.0.1/tcp/0', THOLE_DENYLISTS: `${url},${folder}/more`, THOLE_LOG: 'error' })
  try {
    const status = async () => (await fetch(`${open.url}/ipfs/${bad.cid}`)).status
    expect(await status()).toBe(410)
    const admin = client(open.url, await open.createKey(['admin']))
    const { body } = await admin.json('/api/v1/denylists')
    expect(body.lists).toEqual([{ place: url, name: 'Theirs', rules: 1, problems: [], source: { checked: expect.any(String), changed: expect.any(String), next: expect.any(String) } }])
    source.closeAllConnections()
    source.close()
    await open.killAndRestart()
    expect(await status()).toBe(410)
    expect((await admin.json('/api/v1/denylists')).body.lists).toMatchObject([{ place: url, name: 'Theirs', rules: 1, source: { changed: body.lists[0].source.changed } }])
  } finally {
    await open.stop()
    source.closeAllConnections()
    source.close()
  }
})
