import { createHash } from 'node:crypto'
import { codecs, digest } from '@thole/dag'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { car, client, form, rawBlock, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let api: Client

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none', THOLE_DOORS: 'nft=root' })
  api = client(server.url, await server.createKey())
})
afterAll(() => server?.stop())

test('at the root: every route, with a slash at its end or without; the dashboard stays for browsers', async () => {
  const { cid } = (await api.upload('at the root', '/upload')).body.value
  for (const path of ['/', `/${cid}`, `/${cid}/`, `/check/${cid}`, `/check/${cid}/`, `/nft/${cid}/`, `/nft/check/${cid}/`]) {
    expect([path, await api.json(path)]).toMatchObject([path, { status: 200, body: { ok: true } }])
  }
  expect((await api.upload('at the root', '/upload/')).body.value.cid).toBe(cid)
  expect((await api.json('/pins/')).body.results).toMatchObject([{ pin: { cid } }, { pin: { cid } }])
  expect((await api.json(`/${cid}/`, { method: 'DELETE' })).status).toBe(202)
  expect((await api.json(`/${cid}`)).body).toMatchObject({ ok: false, error: { message: 'NFT not found' } })
  expect((await fetch(server.url, { headers: { accept: 'text/html' } })).headers.get('content-type')).toMatch(/^text\/html/)
})

test('hashes that are not SHA-256 come back as they are; wrong bytes under each are refused', async () => {
  const text = Buffer.from('many hashes')
  const hashes = { 'sha2-512': 0x13, 'blake2b-256': 0xb220, identity: 0x00 }
  for (const [name, code] of Object.entries(hashes)) {
    const of = (bytes: Uint8Array) => CID.createV1(codecs.raw, Digest.create(code, code === 0 ? bytes : digest(code, bytes)))
    const block = { cid: of(text), bytes: text }
    const sent = await api.upload(car([block.cid], [block]) as BodyInit, '/upload', 'application/car')
    expect([name, sent.body.value?.cid, sent.body.value?.pin.status]).toEqual([name, block.cid.toString(), 'pinned'])
    expect(await (await fetch(`${server.url}/ipfs/${block.cid}`)).text()).toBe('many hashes')
    const wrong = await api.upload(car([block.cid], [{ cid: block.cid, bytes: Buffer.from('other bytes') }]) as BodyInit, '/upload', 'application/car')
    expect([name, wrong.status, wrong.body.error.code]).toEqual([name, 400, 'ERROR_INVALID_CAR'])
  }
})

test('a block that stands twice in a CAR, and the root last', async () => {
  const leaf = rawBlock(Buffer.from('twice'))
  expect((await api.upload(car([leaf.cid], [rawBlock(Buffer.from('before')), leaf, leaf]) as BodyInit, '/upload', 'application/car')).body.value.pin.status).toBe('pinned')
})

test('pins need their scope; uploads theirs', async () => {
  const uploader = client(server.url, await server.createKey(['upload']))
  expect((await uploader.json('/pins')).body).toMatchObject({ error: { reason: 'SCOPE_MISSING' } })
  expect((await uploader.upload('x', '/upload')).status).toBe(200)
  const pinner = client(server.url, await server.createKey(['pins:read', 'pins:write']))
  expect(await pinner.upload('x', '/upload')).toMatchObject({ status: 403, body: { ok: false, error: { code: 'HTTP_ERROR' } } })
  expect((await pinner.json('/pins')).status).toBe(200)
})

test('any origin may ask, also where it fails; what it may read is named', async () => {
  const preflight = await fetch(`${server.url}/upload`, { method: 'OPTIONS', headers: { origin: 'https://dapp.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type,x-client' } })
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
  expect(preflight.headers.get('access-control-allow-headers')?.toLowerCase()).toMatch(/x-client/)
  const refused = await fetch(`${server.url}/upload`, { method: 'POST', body: 'x', headers: { origin: 'https://dapp.example' } })
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, '*'])
  expect(refused.headers.get('access-control-expose-headers')).toMatch(/Count/)
})

test('too often, too full: the same envelope', async () => {
  await server.killAndRestart({ THOLE_RATE_LIMIT: '20' })
  const answers = await Promise.all(Array.from({ length: 30 }, () => api.json('/')))
  const limited = answers.find(({ status }) => status === 429)!
  expect(limited.body).toMatchObject({ ok: false, error: { code: 'ERROR_RATE_LIMITED', message: expect.any(String) } })
  expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
  await server.killAndRestart({ THOLE_RATE_LIMIT: '', THOLE_MIN_FREE: '9000000000000000' })
  expect(await api.upload('x', '/upload')).toMatchObject({ status: 507, body: { ok: false, error: { code: 'SERVER_ERROR', message: expect.stringMatching(/full/) } } })
  await server.killAndRestart({ THOLE_MIN_FREE: '0' })
})

test('many small files in one form', async () => {
  const names = Array.from({ length: 3000 }, (_, i) => [`${i}.json`, createHash('sha1').update(String(i)).digest('hex')])
  const { body } = await api.json('/upload', { method: 'POST', body: form(Object.fromEntries(names) as Record<string, string>) })
  expect([body.value.type, body.value.files.length, body.value.pin.status]).toEqual(['directory', 100, 'pinned'])
  expect(await (await fetch(`${server.url}/ipfs/${body.value.cid}/2999.json`)).text()).toBe(names[2999]![1])
})
