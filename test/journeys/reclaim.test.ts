import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as dagCbor from '@ipld/dag-cbor'
import { codecs, digest, readCar, type Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { car, client, eventually, form, pattern, rawBlock, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let one: Client
let two: Client

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none', THOLE_RECLAIM_GRACE: '0' })
  one = client(server.url, await server.createKey())
  two = client(server.url, await server.createKey(undefined, 'two@example.org'))
})
afterAll(() => server?.stop())

const megabyte = 1024 * 1024

async function bytesOnDisk(): Promise<number> {
  const files = await readdir(join(server.dataFolder, 'blocks'), { recursive: true, withFileTypes: true })
  const sizes = files.filter((file) => file.isFile()).map(async (file) => (await stat(join(file.parentPath, file.name)).catch(() => ({ blocks: 0 }))).blocks * 512)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

const status = async (cid: string) => (await fetch(`${server.url}/ipfs/${cid}`, { headers: { range: 'bytes=0-0' } })).status
const bytesOf = async (path: string) => new Uint8Array(await (await fetch(`${server.url}/ipfs/${path}`)).arrayBuffer())
const usage = async (api: Client) => {
  const { bytes, blocks, dags, uploads } = (await api.json('/api/v1/usage')).body
  return { bytes, blocks, dags, uploads }
}
const remove = (api: Client, upload: { id: string }) => api.call(`/api/v1/uploads/${upload.id}`, { method: 'DELETE' })

async function send(api: Client, body: BodyInit, query = ''): Promise<{ id: string; cid: string }> {
  const answer = await api.upload(body, `/api/v1/uploads${query}`)
  expect(answer.status).toBe(201)
  return { id: answer.body.id, cid: answer.body.roots[0].cid }
}

/** Waits for a run of reclaim that began after now. */
async function reclaimed() {
  const asked = Date.now()
  const trigger = await send(one, `reclaim me ${asked}`)
  await remove(one, trigger)
  await eventually(
    () => one.json('/api/v1/storage'),
    ({ body }) => body.reclaim !== undefined && Date.parse(body.reclaim.started) > asked && body.reclaim.dags > 0,
  )
}

test('what is deleted is refused at once, and its bytes go back to the disk', async () => {
  const before = await bytesOnDisk()
  const bytes = pattern(32 * megabyte, 1)
  const upload = await send(one, bytes)
  expect(await usage(one)).toMatchObject({ dags: 1, uploads: 1, blocks: 33 })
  expect((await usage(one)).bytes).toBeGreaterThan(bytes.length)
  await remove(one, upload)
  expect(await status(upload.cid)).toBe(404)
  expect(await usage(one)).toEqual({ bytes: 0, blocks: 0, dags: 0, uploads: 0 })
  await eventually(bytesOnDisk, (now) => now < before + 2 * megabyte)
  expect(await status(upload.cid)).toBe(404)
  expect((await one.json(`/api/v1/dags/${upload.cid}`)).status).toBe(404)
  const { body } = await one.json('/api/v1/storage')
  expect(body.reclaim.blocked).toBeUndefined()
})

test('what two directories share stays with the other', async () => {
  const shared = pattern(3 * megabyte, 2)
  const [own, other] = [pattern(3 * megabyte, 3), pattern(3 * megabyte, 4)]
  const first = await send(one, form({ 'both/shared': shared, own }))
  const second = await send(one, form({ 'both/shared': shared, other }))
  const both = await usage(one)
  expect(both.dags).toBe(2)
  expect(both.bytes).toBeGreaterThan(12 * megabyte)
  await remove(one, first)
  await reclaimed()
  expect(await status(`${first.cid}/own`)).toBe(404)
  expect(Buffer.compare(await bytesOf(`${second.cid}/both/shared`), shared)).toBe(0)
  expect(Buffer.compare(await bytesOf(`${second.cid}/other`), other)).toBe(0)
  await remove(one, second)
})

test("another account's pin keeps it, and is charged for it all the while", async () => {
  const bytes = pattern(2 * megabyte, 5)
  const upload = await send(one, bytes)
  const pin = await two.post('/psa/pins', { cid: upload.cid })
  expect(pin.body.status).toBe('pinned')
  expect(await usage(two)).toEqual({ ...(await usage(one)), uploads: 0 })
  await remove(one, upload)
  await reclaimed()
  expect(Buffer.compare(await bytesOf(upload.cid), bytes)).toBe(0)
  expect((await usage(one)).dags).toBe(0)
  await two.call(`/psa/pins/${pin.body.requestid}`, { method: 'DELETE' })
  expect(await usage(two)).toEqual({ bytes: 0, blocks: 0, dags: 0, uploads: 0 })
  await reclaimed()
  expect(await status(upload.cid)).toBe(404)
  expect((await two.post('/psa/pins', { cid: upload.cid })).body).toMatchObject({ status: 'queued' })
})

test('pins and uploads that come while reclaim runs lose nothing', async () => {
  const contents = Array.from({ length: 24 }, (_, i) => pattern(200_000, 100 + i))
  const garbage = await Promise.all(Array.from({ length: 24 }, (_, i) => send(one, pattern(200_000, 200 + i))))
  const uploads = await Promise.all(contents.map((bytes) => send(one, bytes)))
  await Promise.all(garbage.map((upload) => remove(one, upload)))
  const asked = Date.now()
  const pinned: Promise<{ cid: string; isPinned: boolean }>[] = []
  for (const [i, { cid }] of uploads.entries()) {
    await remove(one, uploads[i]!)
    // Every other one is sent again, the rest is pinned, at any moment of some runs.
    pinned.push(
      i % 2 === 0
        ? send(two, contents[i]!).then((upload) => ({ cid: upload.cid, isPinned: true }))
        : two.post('/psa/pins', { cid }).then(({ body }) => ({ cid, isPinned: body.status === 'pinned' })),
    )
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const results = await Promise.all(pinned)
  await reclaimed()
  await reclaimed()
  expect(Date.now() - asked).toBeGreaterThan(2_000)
  for (const [i, { cid, isPinned }] of results.entries()) if (isPinned) expect(Buffer.compare(await bytesOf(cid), contents[i]!)).toBe(0)
  const { body } = await two.json('/psa/pins?status=pinned&limit=1000')
  for (const { pin } of body.results) expect(await status(pin.cid)).toBe(206)
})

test('the parts of what is not complete yet are not taken away', async () => {
  const bytes = pattern(4 * megabyte, 6)
  const whole = await send(one, bytes)
  const stream = await readCar((async function* () { yield await bytesOf(`${whole.cid}?format=car`) })())
  const root: CID = stream.roots[0]!
  const blocks: Block[] = []
  for await (const { cid, bytes: content } of stream.blocks) blocks.push({ cid, bytes: content.slice() })
  await remove(one, whole)
  await reclaimed()
  expect(await status(whole.cid)).toBe(404)
  const part = (some: Block[]) => two.upload(car([root], some) as BodyInit, '/api/v1/uploads', 'application/vnd.ipld.car')
  // First what lies below a root that is not here.
  expect((await part(blocks.slice(3))).status).toBe(201)
  await reclaimed()
  expect((await part(blocks.slice(0, 1))).status).toBe(201)
  await reclaimed()
  expect((await two.json(`/api/v1/dags/${root}`)).body).toMatchObject({ state: 'partial', missingCount: 2 })
  expect((await part(blocks.slice(1, 3))).status).toBe(201)
  await eventually(() => two.json(`/api/v1/dags/${root}`), ({ body }) => body.state === 'complete')
  await reclaimed()
  expect(Buffer.compare(await bytesOf(root.toString()), bytes)).toBe(0)
})

test('an upload that is deleted while another account sends the same bytes', async () => {
  const bytes = pattern(24 * megabyte, 7)
  const upload = await send(one, bytes)
  let go = () => {}
  const gone = new Promise<void>((resolve) => (go = resolve))
  const slowly = (async function* () {
    yield bytes.subarray(0, 16 * megabyte)
    await gone
    yield bytes.subarray(16 * megabyte)
  })()
  const sending = send(two, slowly as unknown as BodyInit)
  await remove(one, upload)
  await reclaimed()
  go()
  const again = await sending
  expect(again.cid).toBe(upload.cid)
  await reclaimed()
  expect(Buffer.compare(await bytesOf(again.cid), bytes)).toBe(0)
})

test('parts of what is never completed are given up', async () => {
  const impatient = await startServer({ THOLE_NETWORK: 'none', THOLE_RECLAIM_GRACE: '0', THOLE_PARTIAL_TTL: '2' })
  try {
    const api = client(impatient.url, await impatient.createKey())
    const absent = rawBlock(Buffer.from('never sent'))
    const root = { cid: CID.createV1(codecs.dagCbor, Digest.create(0x12, digest(0x12, linkTo(absent.cid)))), bytes: linkTo(absent.cid) }
    for (const pin of ['true', 'false']) await api.upload(car([root.cid], [root]) as BodyInit, `/api/v1/uploads?pin=${pin}`, 'application/vnd.ipld.car')
    expect(await usage(api)).toEqual({ bytes: 0, blocks: 0, dags: 1, uploads: 2 })
    await eventually(() => api.json('/api/v1/usage'), ({ body }) => body.uploads === 0 && body.dags === 0)
    await eventually(() => api.json('/api/v1/storage'), ({ body }) => body.blocks === 0)
    const { body } = await api.json('/api/v1/pins')
    expect(body.pins).toMatchObject([{ status: 'failed', reason: expect.stringContaining('Given up') }])
  } finally {
    await impatient.stop()
  }
})

function linkTo(cid: CID): Uint8Array {
  return dagCbor.encode([cid])
}
