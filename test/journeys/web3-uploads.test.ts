import { createHash } from 'node:crypto'
import { codecs, digest } from '@thole/dag'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import * as dagPb from '@ipld/dag-pb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { car, client, form, pattern, rawBlock, type Client } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let api: Client
let key: string

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none', THOLE_PEER_NAME: 'oar', THOLE_REGION: 'SC-OT', THOLE_MAX_BODY: String(8 << 20) })
  key = await server.createKey()
  api = client(`${server.url}/web3`, key)
})
afterAll(() => server?.stop())

const peerId = /^12D3KooW[1-9A-HJ-NP-Za-km-z]+$/
const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/
const send = (roots: CID[], blocks: ReturnType<typeof rawBlock>[], headers: Record<string, string> = {}) => api.json('/car', { method: 'POST', body: car(roots, blocks) as BodyInit, headers })

/** A node with links to these. */
function parentOf(...children: ReturnType<typeof rawBlock>[]) {
  const bytes = dagPb.encode({ Links: children.map(({ cid, bytes }, i) => ({ Name: `${i}`, Tsize: bytes.length, Hash: cid })), Data: Uint8Array.of(8, 1) })
  return { cid: CID.createV1(codecs.dagPb, Digest.create(0x12, digest(0x12, bytes))), bytes }
}

describe('/car', () => {
  test('a CAR by whatever type it comes, or none; its CIDs, its status, its entry', async () => {
    const leaf = rawBlock(Buffer.from('one leaf'))
    const root = parentOf(leaf)
    const sent = car([root.cid], [root, leaf])
    const carCid = CID.createV1(0x0202, Digest.create(0x12, createHash('sha256').update(sent).digest())).toString()
    for (const type of ['application/vnd.ipld.car', 'application/car', 'application/octet-stream', 'application/x-www-form-urlencoded', '']) {
      const { status, body } = await api.json('/car', { method: 'POST', body: sent as BodyInit, headers: type ? { 'content-type': type, 'x-name': 'LICENSE%E2%80%93MIT%20%C3%BC' } : {} })
      expect([status, body]).toEqual([200, { cid: root.cid.toString(), carCid }])
    }
    const status = await (await fetch(`${server.url}/web3/status/${root.cid}`)).json()
    const stored = { dagSize: root.bytes.length + leaf.bytes.length, created: expect.stringMatching(iso), deals: [], pins: [{ status: 'Pinned', updated: expect.stringMatching(iso), peerId: expect.stringMatching(peerId), peerName: 'oar', region: 'SC-OT' }] }
    expect(status).toEqual({ cid: root.cid.toString(), ...stored })
    const entry = await api.json(`/user/uploads/${root.cid}`)
    expect(entry.body).toEqual({ ...stored, _id: root.cid.toString(), cid: root.cid.toString(), type: 'Car', name: 'LICENSE–MIT ü', updated: expect.stringMatching(iso), created: expect.stringMatching(iso), parts: [carCid] })
    expect(Date.parse(entry.body.updated)).toBeGreaterThan(Date.parse(entry.body.created))
    expect((await api.json('/user/account')).body.usedStorage.total).toBe(stored.dagSize)
  })

  test('parts in any order, the root alone too, one twice; complete with the last', async () => {
    const leaves = [1, 2, 3].map((n) => rawBlock(Buffer.from(`part ${n}`)))
    const root = parentOf(...leaves)
    const part = async (...blocks: typeof leaves) => (await send([root.cid], [root, ...blocks])).status
    expect(await part()).toBe(200)
    const before = (await api.json(`/status/${root.cid}`)).body
    expect(before).toMatchObject({ dagSize: null, pins: [{ status: 'Pinning' }], missing: { blocks: 3 } })
    expect(before.missing.first).toContainEqual({ cid: leaves[0]!.cid.toString(), path: '0' })
    expect(await Promise.all([part(leaves[2]!), part(leaves[0]!), part(leaves[2]!)])).toEqual([200, 200, 200])
    expect((await api.json(`/status/${root.cid}`)).body).toMatchObject({ pins: [{ status: 'Pinning' }], missing: { blocks: 1, first: [{ path: '1' }] } })
    expect(await part(leaves[1]!, leaves[1]!)).toBe(200)
    expect((await api.json(`/status/${root.cid}`)).body).toMatchObject({ dagSize: root.bytes.length + 18, pins: [{ status: 'Pinned' }] })
    const listed = (await api.json('/user/uploads?size=1000')).body.filter(({ cid }: { cid: string }) => cid === root.cid.toString())
    expect(listed).toHaveLength(1)
    expect(listed[0].parts).toHaveLength(4)
  })

  test('a CAR whose root is here already may bring the rest alone', async () => {
    const leaf = rawBlock(Buffer.from('the rest'))
    const root = parentOf(leaf)
    expect((await send([root.cid], [root])).status).toBe(200)
    expect((await send([root.cid], [leaf])).status).toBe(200)
    expect((await api.json(`/status/${root.cid}`)).body.pins[0].status).toBe('Pinned')
  })

  test('what is wrong with a CAR is told in words', async () => {
    const [one, two] = [rawBlock(Buffer.from('one')), rawBlock(Buffer.from('two'))]
    const wrong = { cid: one.cid, bytes: Buffer.from('not one') }
    const large = rawBlock(new Uint8Array((2 << 20) + 1))
    const bodies: Record<string, Uint8Array> = {
      'no roots': car([], [one]),
      'two roots': car([one.cid, two.cid], [one, two]),
      'no block': car([one.cid], []),
      'a root that is not here': car([rawBlock(Buffer.from('nowhere')).cid], [one]),
      'bytes that do not match': car([one.cid], [wrong]),
      'a block that is cut short': car([one.cid], [one]).subarray(0, -1),
      'a block that is too large': car([large.cid], [large]),
      'no CAR at all': Buffer.from('hello world, this is no CAR'),
      'nothing': new Uint8Array(),
    }
    for (const [what, body] of Object.entries(bodies)) {
      const found = await api.json('/car', { method: 'POST', body: body as BodyInit })
      expect([what, found.status], JSON.stringify(found.body)).toEqual([what, 400])
      expect(found.body).toEqual({ code: expect.stringMatching(/^[A-Z_]+$/), message: expect.stringMatching(/\w/) })
    }
    expect((await api.json('/car', { method: 'POST', body: bodies['two roots'] as BodyInit })).body.code).toBe('ERROR_INVALID_CAR')
    expect((await api.json(`/user/uploads/${two.cid}`)).status).toBe(404)
  })

  test('CIDv0 is told as it was sent; both spellings have one status and entries of their own', async () => {
    const root = parentOf(rawBlock(Buffer.from('zero')))
    const v0 = CID.createV0(root.cid.multihash)
    const leaf = rawBlock(Buffer.from('zero'))
    expect((await send([v0], [{ cid: v0, bytes: root.bytes }, leaf])).body.cid).toBe(v0.toString())
    expect((await send([root.cid], [root])).body.cid).toBe(root.cid.toString())
    for (const cid of [v0, root.cid]) expect((await api.json(`/status/${cid}`)).body).toMatchObject({ cid: cid.toString(), pins: [{ status: 'Pinned' }] })
    expect((await api.json(`/user/uploads/${v0}`, { method: 'DELETE' })).body).toEqual({ _id: v0.toString() })
    expect((await api.json(`/user/uploads/${v0}`)).status).toBe(404)
    expect((await api.json(`/user/uploads/${root.cid}`)).status).toBe(200)
    expect((await api.json(`/status/${v0}`)).status).toBe(200)
  })
})

describe('/upload', () => {
  const hello = 'bafkreidvbhs33ighmljlvr7zbv2ywwzcmp5adtf4kqvlly67cy56bdtmve'

  test('a body is a file, also where curl calls it a form; chunks are of 1 MiB', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/octet-stream']) {
      const { status, body } = await api.upload('hello world!', '/upload', type)
      expect([status, body.cid]).toEqual([200, hello])
    }
    const pat = Uint8Array.from({ length: 3 << 20 }, (_, i) => (i * 31 + (i >> 8) * 17 + (i >> 16) * 7) & 255)
    expect((await api.upload(pat, '/upload')).body.cid).toBe('bafybeicvl2sdd5cbqj2eifqyaezvvo3qtzmvzlwthifyfihaeq3q2xgxj4')
    expect((await api.json(`/user/uploads/${hello}`)).body).toMatchObject({ type: 'Upload', name: expect.stringMatching(/^Upload at 2/) })
  })

  test('a form with one file is the file, with several a directory', async () => {
    expect((await api.upload(form({ 'a.txt': 'hello world!' }), '/upload')).body.cid).toBe(hello)
    expect((await api.upload(form({ 'name1': 'hello world! 1', 'name2': 'hello world! 2' }), '/upload')).body.cid).toBe('bafybeifrkxqq5bbn4fkykfyggoltlb7vn3moyhr3pldzx3me6yiukcfsem')
  })

  test('a CAR by its type, or by ?format=car', async () => {
    const block = rawBlock(Buffer.from('in a CAR'))
    for (const [path, type] of [['/upload', 'application/car'], ['/upload?format=car', 'application/x-www-form-urlencoded']] as const) {
      expect((await api.upload(car([block.cid], [block]) as BodyInit, path, type)).body).toEqual({ cid: block.cid.toString(), carCid: expect.stringMatching(/^bagbaiera/) })
    }
  })

  test('what is wrong is told in words', async () => {
    expect(await api.upload('', '/upload')).toMatchObject({ status: 400, body: { code: 'HTTP_ERROR' } })
    expect(await api.upload('x', '/upload', 'multipart/form-data')).toMatchObject({ status: 400, body: { code: 'HTTP_ERROR' } })
    expect(await api.upload('--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nno end', '/upload', 'multipart/form-data; boundary=b')).toMatchObject({ status: 400, body: { code: 'HTTP_ERROR' } })
    expect(await api.upload(pattern((8 << 20) + 1), '/upload')).toMatchObject({ status: 413, body: { code: 'TOO_LARGE' } })
    const named = (name: string) => api.json('/upload', { method: 'POST', body: 'named', headers: { 'x-name': name } })
    expect(await named('100% sure')).toMatchObject({ status: 400, body: { code: 'HTTP_ERROR' } })
    expect(await named('x'.repeat(10_240))).toMatchObject({ status: 400, body: { code: 'HTTP_ERROR' } })
  })
})

describe('GET /car', () => {
  test('gives whole DAGs to everybody, says how long short ones are, and refuses what has gaps', async () => {
    const leaf = rawBlock(Buffer.from('to be read'))
    const root = parentOf(leaf)
    await send([root.cid], [leaf, root])
    const got = await fetch(`${server.url}/web3/car/${root.cid}`)
    expect([got.status, got.headers.get('content-type'), got.headers.get('content-disposition'), got.headers.get('cache-control')]).toEqual([200, 'application/vnd.ipld.car', `attachment; filename="${root.cid}.car"`, 'public, max-age=31536000'])
    const bytes = new Uint8Array(await got.arrayBuffer())
    expect(Buffer.from(bytes).equals(Buffer.from(car([root.cid], [root, leaf])))).toBe(true)
    const head = await fetch(`${server.url}/web3/car/${root.cid}`, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), head.headers.get('content-type')]).toEqual([200, String(bytes.length), 'application/vnd.ipld.car'])
    // What lies below a root is here too.
    expect((await fetch(`${server.url}/web3/car/${leaf.cid}`)).status).toBe(200)

    const gaps = parentOf(rawBlock(Buffer.from('never sent')))
    await send([gaps.cid], [gaps])
    expect(await api.json(`/car/${gaps.cid}`)).toMatchObject({ status: 422, body: { code: 'DAG_INCOMPLETE', message: expect.stringContaining('at "/0"') } })
    const unknown = rawBlock(Buffer.from('unknown'))
    expect(await api.json(`/car/${unknown.cid}`)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
    expect((await fetch(`${server.url}/web3/car/${unknown.cid}`, { method: 'HEAD' })).status).toBe(404)
    expect(await api.json('/car/nonsense')).toMatchObject({ status: 400, body: { code: 'ERROR_INVALID_CID' } })
  })
})

describe('every refusal has the words of the dialect', () => {
  test.each([
    [401, 'ERROR_NO_TOKEN', () => fetch(`${server.url}/web3/user/uploads`)],
    [401, 'ERROR_UNRECOGNISED_TOKEN', () => fetch(`${server.url}/web3/user/uploads`, { headers: { authorization: 'Basic eA==' } })],
    [401, 'ERROR_TOKEN_NOT_FOUND', () => fetch(`${server.url}/web3/car`, { method: 'POST', body: 'x', headers: { authorization: 'Bearer x' } })],
    [404, 'NOT_FOUND', () => api.call('/nowhere')],
    [404, 'NOT_FOUND', () => api.call(`/status/${rawBlock(Buffer.from('no status')).cid}`)],
    [404, 'NOT_FOUND', () => api.call(`/user/uploads/${rawBlock(Buffer.from('no status')).cid}`, { method: 'DELETE' })],
    [400, 'ERROR_INVALID_CID', () => api.call('/status/bafy')],
    [400, 'ERROR_INVALID_CID', () => api.call('/user/uploads/x/rename', { method: 'POST', body: '{"name":"x"}' })],
    [400, 'HTTP_ERROR', () => api.call(`/user/uploads/${rawBlock(Buffer.from('a')).cid}/rename`, { method: 'POST', body: '{"name":7}' })],
    [405, 'METHOD_NOT_ALLOWED', () => api.call('/car', { method: 'PUT', body: 'x' })],
    [405, 'METHOD_NOT_ALLOWED', () => api.call('/user/uploads', { method: 'POST', body: 'x' })],
  ] as const)('%i %s', async (status, code, ask) => {
    const response = await ask()
    expect([response.status, response.headers.get('access-control-allow-origin'), response.headers.get('content-type')]).toEqual([status, '*', expect.stringContaining('application/json')])
    expect(await response.json()).toEqual({ code, message: expect.stringMatching(/\w/) })
  })

  test('keys lack what they lack', async () => {
    const reader = client(`${server.url}/web3`, await server.createKey(['gateway']))
    expect(await reader.upload('x', '/upload')).toMatchObject({ status: 403, body: { code: 'SCOPE_MISSING' } })
    expect(await reader.post('/user/request', { tagName: 'HasPsaAccess' })).toMatchObject({ status: 403, body: { code: 'SCOPE_MISSING' } })
  })

  test('any origin may ask, with any header', async () => {
    const asked = await fetch(`${server.url}/web3/car`, { method: 'OPTIONS', headers: { origin: 'https://app.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,x-client,x-name' } })
    expect(asked.status).toBe(204)
    expect(asked.headers.get('access-control-allow-headers')).toMatch(/x-client/)
    const answered = await api.call('/user/uploads?size=1')
    expect(answered.headers.get('access-control-expose-headers')).toMatch(/Link.*Count.*Page.*Size/)
  })
})

test('who asks too often, and what is sent by a client that goes away, is told in words or forgotten', async () => {
  const slow = await startServer({ THOLE_NETWORK: 'none', THOLE_RATE_LIMIT: '4' })
  try {
    const asker = client(`${slow.url}/web3`, await slow.createKey())
    const answers = await Promise.all(Array.from({ length: 8 }, () => asker.json('/user/uploads')))
    const limited = answers.filter(({ status }) => status === 429)
    expect(limited.length).toBeGreaterThanOrEqual(3)
    expect(limited[0]!.body).toEqual({ code: 'RATE_LIMITED', message: expect.stringMatching(/try again/) })
    expect([limited[0]!.headers.get('access-control-allow-origin'), Number(limited[0]!.headers.get('retry-after')) > 0]).toEqual(['*', true])
  } finally {
    await slow.stop()
  }
  const leaf = rawBlock(pattern(1_000_000, 77))
  const whole = car([leaf.cid], [leaf])
  const gone = new AbortController()
  const half = new ReadableStream({ start: (stream) => stream.enqueue(whole.subarray(0, 500_000)) })
  const sending = api.call('/car', { method: 'POST', body: half, signal: gone.signal })
  setTimeout(() => gone.abort(), 100)
  await expect(sending).rejects.toThrow(/abort/i)
  expect((await api.json(`/status/${leaf.cid}`)).status).toBe(404)
  expect((await send([leaf.cid], [leaf])).status).toBe(200)
})

test('100,001 files in one form', async () => {
  const boundary = 'many'
  const part = (i: number) => `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${i}"\r\n\r\nx\r\n`
  const body = `${Array.from({ length: 100_001 }, (_, i) => part(i)).join('')}--${boundary}--\r\n`
  const sent = await api.upload(body, '/upload', `multipart/form-data; boundary=${boundary}`)
  expect(sent.status === 200 ? sent.body.cid : sent.body.code).toMatch(/^bafybei|TOO_LARGE/)
}, 60_000)
