import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildFile, profiles, type Block } from '@thole/dag'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGateway, type OddGateway } from '../../packages/server/src/network/testing/odd-gateway.ts'
import { client, pattern, rawBlock, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** A file of small blocks that are nowhere yet. */
async function file(seed: number): Promise<{ cid: string; bytes: Uint8Array; blocks: Block[] }> {
  const bytes = pattern(1_000_000, seed)
  const blocks: Block[] = []
  const content = (async function* () { yield bytes })()
  const { cid } = await buildFile(content, { ...profiles['unixfs-v1-2025'], chunkBytes: 65_536 }, (block) => void blocks.push(block))
  return { cid: cid.toString(), bytes, blocks }
}

const bad = rawBlock(Buffer.from('nobody here wants these bytes either'))

let folder: string
let source: OddGateway
let holder: TestServer
let open: TestServer
let closed: TestServer
let api: Client

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thole-open-gateway-'))
  await writeFile(join(folder, 'house.deny'), `/ipfs/${bad.cid}\n`)
  ;[source, holder] = await Promise.all([startGateway(), startServer()])
  const [address] = (await client(holder.url, '').json('/api/v1/instance')).body.network.addresses as [string]
  const surroundings = { THOLE_HTTP_GATEWAYS: source.url, THOLE_PEERS: address, THOLE_DENYLISTS: folder }
  ;[open, closed] = await Promise.all([startServer({ ...surroundings, THOLE_GATEWAY_FETCH: 'true', THOLE_GATEWAY_FETCH_TIME: '20' }), startServer(surroundings)])
  api = client(open.url, await open.createKey())
})
afterAll(async () => {
  await Promise.all([source?.stop(), holder?.stop(), open?.stop(), closed?.stop()])
  await rm(folder, { recursive: true, force: true })
})

const read = async (server: TestServer, path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(server.url + path, { headers, redirect: 'manual' })
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) }
}

test('by default only what is here is served; the setting has the rest fetched, and nothing of it is stored', async () => {
  const { cid, bytes, blocks } = await file(1)
  source.put(blocks)
  expect((await read(closed, `/ipfs/${cid}`)).status).toBe(404)
  const before = (await api.json('/api/v1/storage')).body
  expect((await read(open, `/ipfs/${cid}`, { 'cache-control': 'only-if-cached' })).status).toBe(412)
  const whole = await read(open, `/ipfs/${cid}`)
  expect([whole.status, whole.bytes.equals(bytes)]).toEqual([200, true])
  const part = await read(open, `/ipfs/${cid}`, { range: 'bytes=500000-500099' })
  expect([part.status, part.bytes.equals(Buffer.from(bytes.subarray(500_000, 500_100)))]).toEqual([206, true])
  expect((await read(open, `/ipfs/${cid}?format=car`)).bytes.length).toBeGreaterThan(bytes.length)
  expect((await api.json(`/api/v1/dags/${cid}`)).status).toBe(404)
  expect((await api.json('/api/v1/storage')).body).toMatchObject({ blocks: before.blocks, bytes: before.bytes })
})

test('peers are asked as well, and paths are walked block by block', async () => {
  const { body } = await client(holder.url, await holder.createKey()).upload('words of the holder')
  const [{ cid }] = body.roots
  const { status, bytes } = await read(open, `/ipfs/${cid}`)
  expect([status, bytes.toString()]).toEqual([200, 'words of the holder'])
})

test('what a list blocks is never asked for', async () => {
  source.put([bad])
  expect((await read(open, `/ipfs/${bad.cid}`)).status).toBe(410)
  expect(source.asked.filter((what) => what.includes(bad.cid.toString()))).toEqual([])
})

test('what was deleted here is not fetched again', async () => {
  const block = rawBlock(Buffer.from('had here once'))
  source.put([block])
  const { body } = await api.upload(block.bytes as BodyInit)
  expect((await read(open, `/ipfs/${block.cid}`)).status).toBe(200)
  await api.call(`/api/v1/uploads/${body.id}`, { method: 'DELETE' })
  expect((await read(open, `/ipfs/${block.cid}`)).status).toBe(404)
})

test('what nobody has is 504, and says when to come again', async () => {
  const { cid } = rawBlock(Buffer.from('nobody has this'))
  const { status, headers, bytes } = await read(open, `/ipfs/${cid}`)
  expect([status, headers.get('retry-after')]).toEqual([504, '10'])
  expect(bytes.toString()).toContain(cid.toString())
})
