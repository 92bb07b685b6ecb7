import { codecs, digest, type Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { car, client, eventually, pattern, rawBlock, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let api: Client
let key: string

beforeAll(async () => {
  server = await startServer()
  key = await server.createKey()
  api = client(server.url, key)
})
afterAll(() => server?.stop())

const typed = (code: number, bytes: Uint8Array): Block => ({ cid: CID.createV1(code, Digest.create(0x12, digest(0x12, bytes))), bytes })
const send = (roots: CID[], blocks: Block[], to: Client = api) => to.upload(car(roots, blocks) as BodyInit, '/api/v1/uploads', 'application/vnd.ipld.car')

/** A dag-pb node without data that links to these. */
function node(cids: readonly CID[], names: readonly string[] = []): Block {
  const links = cids.map((cid, i) => {
    const name = Buffer.from(names[i] ?? '')
    const body = Buffer.concat([Buffer.from([0x0a, cid.bytes.length]), cid.bytes, Buffer.from([0x12]), varint(name.length), name])
    return Buffer.concat([Buffer.from([0x12]), varint(body.length), body])
  })
  return typed(codecs.dagPb, Buffer.concat(links))
}

function varint(n: number): Buffer {
  const bytes: number[] = []
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n & 127) | 128)
  return Buffer.from([...bytes, n])
}

/** The longest that a small request had to wait while something else went on. */
async function slowestPing(meanwhile: Promise<unknown>): Promise<number> {
  let slowest = 0
  let over = false
  void meanwhile.finally(() => (over = true))
  while (!over) {
    const begun = performance.now()
    await (await fetch(`${server.url}/healthz`)).text()
    slowest = Math.max(slowest, performance.now() - begun)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return slowest
}

test.each(['/api/v1/session', '/api/v1/setup', '/api/v1/keys', '/psa/pins'])('%s reads no endless JSON', async (path) => {
  const answer = await new Promise<number>((resolve, reject) => {
    const call = request(server.url + path, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', 'content-length': 2 ** 31 } })
    call.on('response', (response) => resolve(response.statusCode!)).on('error', reject)
    call.write(Buffer.alloc(2_000_000, ' '))
    setTimeout(() => reject(new Error('no answer while the body goes on')), 5000).unref()
  })
  expect(answer).toBe(413)
})

test('JSON that is none is the fault of the client', async () => {
  for (const path of ['/api/v1/keys', '/api/v1/pins']) expect((await api.json(path, { method: 'POST', body: '[[[[', headers: { 'content-type': 'application/json' } })).body).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
})

test('a CAR with a block that cannot be decoded is refused, and nothing of it is served', async () => {
  const malformed = typed(codecs.dagPb, Buffer.from('fffffe', 'hex'))
  const secret = rawBlock(Buffer.from('not to be kept'))
  expect((await send([secret.cid], [secret, malformed])).status).toBe(400)
  expect((await fetch(`${server.url}/ipfs/${secret.cid}`)).status).toBe(404)
})

test('a chain of blocks full of inline links ends in an answer, not in memory', async () => {
  const inline = CID.createV1(codecs.raw, Digest.create(0, new Uint8Array(0)))
  const many = Array.from({ length: 120_000 }, () => inline)
  let next: Block = rawBlock(Buffer.from('the end'))
  const chain: Block[] = [next]
  for (let i = 0; i < 6; i++) chain.push((next = node([...many, next.cid])))
  const sending = send([next.cid], chain)
  expect(await slowestPing(sending)).toBeLessThan(4000)
  expect([201, 400, 422]).toContain((await sending).status)
  const exporting = fetch(`${server.url}/ipfs/${next.cid}?format=car`).then((answer) => answer.arrayBuffer(), () => undefined).catch(() => undefined)
  expect(await slowestPing(exporting)).toBeLessThan(4000)
}, 60_000)

test('many roots over one tree: everybody else is served meanwhile; too many are refused', async () => {
  const leaves = Array.from({ length: 3000 }, (_, i) => rawBlock(Buffer.from(`leaf ${i}`)))
  const tree = node(leaves.map(({ cid }) => cid))
  const roots = Array.from({ length: 100 }, (_, i) => node([tree.cid], [`root ${i}`]))
  const sending = send(roots.map(({ cid }) => cid), [...roots, tree, ...leaves])
  expect(await slowestPing(sending)).toBeLessThan(2000)
  expect((await sending).status).toBe(201)
  const more = Array.from({ length: 101 }, (_, i) => rawBlock(Buffer.from(`root ${i}`)))
  expect((await send(more.map(({ cid }) => cid), more)).body).toMatchObject({ status: 400, code: 'INVALID_CAR' })
}, 60_000)

test('long names are cut where they are told', async () => {
  const missing = Array.from({ length: 300 }, (_, i) => rawBlock(Buffer.from(`missing ${i}`)).cid)
  const inner = node(missing)
  const root = node([inner.cid], ['n'.repeat(300_000)])
  expect((await send([root.cid], [root, inner])).status).toBe(201)
  const answer = await api.call(`/api/v1/dags/${root.cid}`)
  const text = await answer.text()
  expect(text.length).toBeLessThan(200_000)
  expect(JSON.parse(text)).toMatchObject({ state: 'partial', missingCount: 300 })
  expect(JSON.parse(text).missing).toHaveLength(100)
})

test('what one tenant sends does not keep another waiting', async () => {
  const other = client(server.url, await server.createKey(undefined, 'other@example.org'))
  for (let i = 0; i < 40; i++) await api.post('/psa/pins', { cid: rawBlock(Buffer.from(`nobody has ${i}`)).cid.toString() })
  const bytes = pattern(50_000, 77)
  const leaf = rawBlock(bytes)
  const root = node([leaf.cid], ['file'])
  expect((await send([root.cid], [root], other)).status).toBe(201)
  const { body } = await other.json(`/psa/pins?cid=${root.cid}&status=queued,pinning`)
  expect((await send([leaf.cid], [leaf], other)).status).toBe(201)
  await eventually(async () => (await other.json(`/psa/pins/${body.results[0].requestid}`)).body, ({ status }) => status === 'pinned', 15_000)
  const { body: waiting } = await other.post('/psa/pins', { cid: rawBlock(Buffer.from('nobody has this either')).cid.toString() })
  await eventually(async () => (await other.json(`/psa/pins/${waiting.requestid}`)).body, ({ info }) => /nobody to ask/.test(info?.status_details ?? ''), 25_000)
}, 60_000)
