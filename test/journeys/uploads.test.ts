import { request } from 'node:http'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { car, client, form, pattern, rawBlock, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let api: Client
let key: string

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none', THOLE_MAX_BODY: String(64 * 1024 * 1024) })
  key = await server.createKey()
  api = client(server.url, key)
})
afterAll(() => server?.stop())

const get = async (path: string) => {
  const response = await fetch(server.url + path)
  return { status: response.status, headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) }
}

describe('what is sent comes back', () => {
  test('a raw body', async () => {
    const { status, body } = await api.upload('hello world!', '/api/v1/uploads?name=greeting')
    expect(status).toBe(201)
    expect(body.roots).toEqual([{ cid: 'bafkreidvbhs33ighmljlvr7zbv2ywwzcmp5adtf4kqvlly67cy56bdtmve', name: 'greeting' }])
    const { status: got, bytes, headers } = await get(`/ipfs/${body.roots[0].cid}`)
    expect([got, Buffer.from(bytes).toString(), headers.get('etag')]).toEqual([200, 'hello world!', `"${body.roots[0].cid}"`])
  })

  test('a body of several chunks, and a range of it', async () => {
    const bytes = pattern(5_000_000)
    const { body } = await api.upload(bytes)
    const cid = body.roots[0].cid
    expect(Buffer.compare((await get(`/ipfs/${cid}`)).bytes, bytes)).toBe(0)
    const range = await fetch(`${server.url}/ipfs/${cid}`, { headers: { range: 'bytes=1048570-1048585' } })
    expect(range.status).toBe(206)
    expect(new Uint8Array(await range.arrayBuffer())).toEqual(bytes.slice(1048570, 1048586))
    const dag = await api.json(`/api/v1/dags/${cid}`)
    expect(dag.body).toMatchObject({ cid, state: 'complete', blocks: 6, missingCount: 0, missing: [] })
  })

  test('a form with one file is that file; with several a directory; names with folders make folders', async () => {
    const one = await api.upload(form({ 'a.txt': 'hello world!' }))
    expect(one.body.roots[0].cid).toBe('bafkreidvbhs33ighmljlvr7zbv2ywwzcmp5adtf4kqvlly67cy56bdtmve')
    const several = await api.upload(form({ 'name1': 'hello world! 1', 'name2': 'hello world! 2' }), '/api/v1/uploads?profile=nft-storage')
    expect(several.body.roots[0].cid).toBe('bafybeifrkxqq5bbn4fkykfyggoltlb7vn3moyhr3pldzx3me6yiukcfsem')
    const folders = await api.upload(form({ 'index.html': '<h1>hi</h1>', 'docs/a.txt': 'A', 'docs/deep/ü b.txt': 'B' }))
    const root = folders.body.roots[0].cid
    expect(Buffer.from((await get(`/ipfs/${root}/docs/deep/%C3%BC%20b.txt`)).bytes).toString()).toBe('B')
    expect(Buffer.from((await get(`/ipfs/${root}/`)).bytes).toString()).toBe('<h1>hi</h1>')
    const listing = await get(`/ipfs/${root}/docs/`)
    expect(Buffer.from(listing.bytes).toString()).toContain('a.txt')
    const listed = await api.json('/api/v1/uploads?limit=1')
    expect(listed.body.uploads[0]).toMatchObject({ kind: 'directory', roots: [{ cid: root }] })
  })

  test('a CAR with one root and with several, through the Pinion door', async () => {
    const a = rawBlock(Buffer.from('first'))
    const b = rawBlock(Buffer.from('second'))
    const one = await api.upload(car([a.cid], [a]) as BodyInit, '/upload/api/v1/?name=one', 'application/vnd.ipld.car')
    expect(one.status).toBe(200)
    expect(one.body).toMatchObject({ status: 'pinned', pin: { cid: a.cid.toString(), name: 'one' } })
    expect(one.body.requestid).toMatch(/^[0-9a-f-]{36}$/)
    const two = await api.upload(car([a.cid, b.cid], [a, b]) as BodyInit, '/upload/api/v1/?format=car&name=two')
    expect(two.body.map((status: { pin: object }) => status.pin)).toEqual([
      { cid: a.cid.toString(), name: 'two-root-0' },
      { cid: b.cid.toString(), name: 'two-root-1' },
    ])
    const octets = await api.upload('bytes', '/upload/api/v1/?name=octets', 'application/octet-stream')
    expect(octets.body).toMatchObject({ status: 'pinned', pin: { name: 'octets' } })
    const multipart = await api.upload(form({ 'myfile.txt': 'bytes' }), '/upload/api/v1/?name=form')
    expect(multipart.body.pin).toEqual({ cid: octets.body.pin.cid, name: 'form' })
  })

  test('pin=false makes no pin request', async () => {
    const { body } = await api.upload('kept, not pinned', '/api/v1/uploads?pin=false')
    const pins = await api.json(`/psa/pins?cid=${body.roots[0].cid}`)
    expect(pins.body.count).toBe(0)
    expect((await get(`/ipfs/${body.roots[0].cid}`)).status).toBe(200)
  })

  test('what nothing holds any more is not served', async () => {
    const { body } = await api.upload('soon gone')
    const cid = body.roots[0].cid
    const { body: pins } = await api.json(`/psa/pins?cid=${cid}`)
    expect((await api.call(`/psa/pins/${pins.results[0].requestid}`, { method: 'DELETE' })).status).toBe(202)
    expect((await get(`/ipfs/${cid}`)).status).toBe(404)
    expect((await api.json(`/api/v1/uploads?limit=1000`)).body.uploads.map(({ id }: { id: string }) => id)).not.toContain(body.id)
  })

  test('a CAR in parts is complete with its last one, in any order', async () => {
    const { body } = await api.upload(pattern(3_000_000, 7), '/api/v1/uploads')
    const exported = new Uint8Array(await (await fetch(`${server.url}/ipfs/${body.roots[0].cid}?format=car`)).arrayBuffer())
    const other = await startServer({ THOLE_NETWORK: 'none' })
    try {
      const there = client(other.url, await other.createKey())
      const { readCar } = await import('@thole/dag')
      const stream = await readCar((async function* () { yield exported })())
      const blocks = await Array.fromAsync(stream.blocks)
      const root = stream.roots[0]!
      const first = await there.upload(car([root], blocks.slice(0, 2)) as BodyInit, '/api/v1/uploads', 'application/vnd.ipld.car')
      expect(first.status).toBe(201)
      const partial = await there.json(`/api/v1/dags/${root}`)
      expect(partial.body).toMatchObject({ state: 'partial', missingCount: 2 })
      expect(partial.body.missing[0]).toMatchObject({ cid: blocks[2]!.cid.toString() })
      const waiting = await there.json(`/psa/pins?cid=${root}&status=queued,pinning`)
      expect(waiting.body.count).toBe(1)
      const last = await there.upload(car([root], [blocks[0]!, ...blocks.slice(2)]) as BodyInit, '/api/v1/uploads', 'application/vnd.ipld.car')
      expect(last.status).toBe(201)
      expect((await there.json(`/api/v1/dags/${root}`)).body.state).toBe('complete')
      expect((await there.json(`/psa/pins?cid=${root}`)).body.count).toBe(2)
    } finally {
      await other.stop()
    }
  })
})

describe('bad input gets a clear answer and leaves nothing behind', () => {
  const good = rawBlock(Buffer.from('good'))
  const wrong = { cid: good.cid, bytes: Buffer.from('evil') }
  const whole = car([good.cid], [good])
  const cases: [string, () => Uint8Array, number, string][] = [
    ['a CAR with a wrong hash', () => car([good.cid], [wrong]), 400, 'HASH_MISMATCH'],
    ['a truncated CAR', () => whole.subarray(0, whole.length - 2), 400, 'INVALID_CAR'],
    ['a CAR without root', () => car([], [good]), 400, 'INVALID_CAR'],
    ['a CAR of an unknown version', () => Buffer.from('11a265726f6f7473806776657273696f6e09', 'hex'), 400, 'INVALID_CAR'],
    ['a varint that never ends', () => Buffer.alloc(64, 0xff), 400, 'INVALID_CAR'],
    ['an absurd length', () => Buffer.concat([car([good.cid], []), Buffer.from('ffffffffff7f', 'hex')]), 400, 'INVALID_CAR'],
    ['a block of another codec', () => car([good.cid], [good, { cid: CID.createV1(0x78, good.cid.multihash), bytes: good.bytes }]), 400, 'UNSUPPORTED_CODEC'],
    ['a root of another codec', () => car([CID.createV1(0x72, good.cid.multihash)], [good]), 400, 'UNSUPPORTED_CODEC'],
    ['a hash that is not known here', () => car([good.cid], [good, { cid: CID.createV1(0x55, Digest.create(0xd5, new Uint8Array(16))), bytes: good.bytes }]), 400, 'UNSUPPORTED_CODEC'],
    ['an identity CID that is too long', () => car([good.cid], [good, { cid: CID.createV1(0x55, Digest.create(0, new Uint8Array(129))), bytes: new Uint8Array(129) }]), 400, 'UNSUPPORTED_CODEC'],
    ['a block over 2 MiB', () => car([good.cid], [good, rawBlock(new Uint8Array(2 ** 21 + 1))]), 400, 'INVALID_CAR'],
    ['no CAR at all', () => Buffer.from('hello'), 400, 'INVALID_CAR'],
  ]

  test.each(cases)('%s', async (_name, body, status, code) => {
    const before = await api.json('/api/v1/uploads')
    const answer = await api.upload(body() as BodyInit, '/api/v1/uploads', 'application/vnd.ipld.car')
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    const pinion = await api.upload(body() as BodyInit, '/upload/api/v1/?format=car')
    expect([pinion.status, pinion.body.error]).toEqual([status, code])
    expect((await api.json('/api/v1/uploads')).body.count).toBe(before.body.count)
  })

  test('empty body, empty form, unknown profile, body over the limit', async () => {
    expect((await api.upload('')).body).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
    expect((await api.upload(new FormData())).status).toBe(400)
    expect((await api.upload('x', '/api/v1/uploads?profile=mine')).body.detail).toContain('unixfs-v1-2025')
    expect((await api.upload(new Uint8Array(65 * 1024 * 1024))).body).toMatchObject({ status: 413, code: 'TOO_LARGE' })
    let left = 128
    const chunked = new ReadableStream({ pull: (c) => (left-- > 0 ? c.enqueue(new Uint8Array(1 << 20)) : c.close()) })
    const answer = await api.upload(chunked as BodyInit).catch((error: Error) => error)
    if (!(answer instanceof Error)) expect(answer.status).toBe(413)
    expect((await api.json('/api/v1/uploads?limit=1')).status).toBe(200)
  })

  test('a disk that is nearly full takes no uploads and goes on reading', async () => {
    const full = await startServer({ THOLE_NETWORK: 'none' })
    try {
      const there = client(full.url, await full.createKey())
      const { body } = await there.upload('there was room')
      await full.killAndRestart({ THOLE_MIN_FREE: String(2 ** 52) })
      expect((await there.upload('no room')).body).toMatchObject({ status: 507, code: 'STORAGE_FULL' })
      expect((await fetch(`${full.url}/ipfs/${body.roots[0].cid}`)).status).toBe(200)
    } finally {
      await full.stop()
    }
  })

  test('names that leave the directory', async () => {
    const answer = await api.upload(form({ 'a/../../b': 'x', 'c': 'y' }))
    expect([answer.status, answer.body.code]).toEqual([400, 'INVALID_REQUEST'])
  })

  test('no key, an unknown key, a key without the scope', async () => {
    const bare = await fetch(`${server.url}/api/v1/uploads`, { method: 'POST', body: 'x' })
    expect(bare.status).toBe(401)
    expect((await client(server.url, 'nonsense').upload('x')).status).toBe(401)
    const reader = client(server.url, await server.createKey(['pins:read']))
    expect((await reader.upload('x')).body).toMatchObject({ status: 403, code: 'SCOPE_MISSING' })
    expect((await reader.upload('x', '/upload/api/v1/')).body).toMatchObject({ error: 'SCOPE_MISSING' })
  })

  test('a client that goes away in the middle leaves nothing listed, and the server well', async () => {
    const before = (await api.json('/api/v1/uploads')).body.count
    await new Promise<void>((resolve) => {
      const upload = request(`${server.url}/api/v1/uploads`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-length': 50_000_000 } })
      upload.on('error', () => resolve())
      upload.write(new Uint8Array(3_000_000), () => setTimeout(() => upload.destroy(), 50))
    })
    expect((await api.upload('after that')).status).toBe(201)
    expect((await api.json('/api/v1/uploads')).body.count).toBe(before + 1)
  })

  test('the connection can be used again after a refusal', async () => {
    const { Agent } = await import('node:http')
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const send = (body: Uint8Array | string, type: string) =>
      new Promise<{ status: number; port: number }>((resolve, reject) => {
        const call = request(`${server.url}/api/v1/uploads`, { method: 'POST', agent, headers: { authorization: `Bearer ${key}`, 'content-type': type } }, (response) => {
          const port = response.socket.localPort!
          response.resume().on('end', () => resolve({ status: response.statusCode!, port }))
        })
        call.on('error', reject)
        call.end(body)
      })
    const refused = await send(Buffer.concat([car([good.cid], [wrong]), new Uint8Array(300_000)]), 'application/vnd.ipld.car')
    await new Promise((resolve) => setTimeout(resolve, 50))
    const taken = await send('good bytes', 'application/octet-stream')
    agent.destroy()
    expect([refused.status, taken.status, taken.port]).toEqual([400, 201, refused.port])
  })
})
