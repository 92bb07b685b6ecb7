import { links, parseCid } from '@thole/dag'
import { base16 } from 'multiformats/bases/base16'
import { base32upper } from 'multiformats/bases/base32'
import { base36 } from 'multiformats/bases/base36'
import { base58btc } from 'multiformats/bases/base58'
import { base64url } from 'multiformats/bases/base64'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client, pattern, rawBlock, type Client } from '../support/api.ts'
import { anyStatus, countOf, inlineCid, type Pin } from '../support/psa.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let api: Client
let other: Client

beforeAll(async () => {
  server = await startServer()
  const keys = await Promise.all([server.createKey(), server.createKey(undefined, 'other@example.org')])
  ;[api, other] = keys.map((key) => client(server.url, key)) as [Client, Client]
})
afterAll(() => server?.stop())

const absent = (text: string) => rawBlock(Buffer.from(`nobody has ${text}`)).cid.toString()
const stored = async (text: string): Promise<string> => (await api.upload(text, '/api/v1/uploads?pin=false')).body.roots[0].cid
const add = async (body: object, by = api): Promise<Pin> => (await by.post('/psa/pins', body)).body
const served = async (cid: string) => (await fetch(`${server.url}/ipfs/${cid}`)).status
const statusOf = async (path: string, init?: RequestInit) => (await api.json(path, init)).status
const end = (id: string, by = api) => by.call(`/psa/pins/${id}`, { method: 'DELETE' })

describe('what comes back', () => {
  test('row 4: a whole PinStatus with 202; row 10: the same id everywhere, one that nobody guesses', async () => {
    const cid = await stored('four')
    const wish = { cid, name: 'four', meta: { app: 'test' }, origins: ['/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWEjjPP3h1BFSw5bsVqc4fPdvySmAGiC4yDVhKVvwuFTyK'] }
    const { status, body, headers } = await api.post('/psa/pins', wish)
    expect([status, headers.get('content-type')]).toEqual([202, 'application/json'])
    expect(body).toMatchObject({ status: 'pinned', pin: wish, delegates: [expect.any(String)], info: { dag_size: expect.any(String) } })
    expect(body.requestid).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
    expect((await api.json(`/psa/pins/${body.requestid}`)).body).toEqual(body)
    expect((await api.json('/psa/pins?limit=1')).body.results).toEqual([body])
  })

  test('row 11: a thousand at once: each its own millisecond, in three digits, and never another', async () => {
    const mine = client(server.url, await server.createKey(undefined, 'thousand@example.org'))
    const pins = await Promise.all(Array.from({ length: 1000 }, () => add({ cid: 'bafkqaaa' }, mine)))
    for (const { created } of pins) expect(created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(new Set(pins.map(({ created }) => created)).size).toBe(1000)
    expect(new Set(pins.map(({ requestid }) => requestid)).size).toBe(1000)
    const { count, results } = (await mine.json('/psa/pins?limit=1000')).body
    expect(count).toBe(1000)
    expect(results).toEqual(pins.toSorted((a, b) => b.created.localeCompare(a.created)))
  }, 90_000)

  test.each([
    ['name and meta', { name: 'a name', meta: { a: 'b', '': '', __proto__2: 'x' } }],
    ['an empty name and no pairs', { name: '', meta: {} }],
    ['nothing', {}],
    ['null for nothing', { name: null, meta: null, origins: null }],
    ['fields that the specification does not know', { requestId: 'x', pin: { cid: 'y' }, created: 'never', status: 'failed' }],
  ])('row 25: %s', async (_, extra) => {
    const cid = inlineCid('25')
    const given = Object.fromEntries(Object.entries(extra).filter(([field, value]) => ['name', 'meta'].includes(field) && value !== null))
    const { requestid, pin } = await add({ cid, ...extra })
    expect(pin).toEqual({ cid, ...given })
    expect((await api.json(`/psa/pins/${requestid}`)).body.pin).toEqual({ cid, ...given })
    const page = await (await api.call(`/psa/pins?limit=1&cid=${cid}`)).text()
    expect(JSON.parse(page).results[0].pin).toEqual({ cid, ...given })
    expect(page).not.toContain('null')
  })

  test('row 25: a list of none is a list', async () => {
    expect((await api.json('/psa/pins?name=nobody-has-this-name')).body).toEqual({ count: 0, results: [] })
  })

  test('row 20: a CID comes back as it was written', async () => {
    const cid = CID.parse(await stored('twenty'))
    const file = CID.parse('QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n')
    const written = [cid.toString(), ...[base16, base32upper, base36, base58btc, base64url].map((base) => cid.toString(base as never)), file.toString(), file.toV1().toString()]
    for (const text of written) {
      const { requestid, pin } = await add({ cid: text })
      expect(pin.cid).toBe(text)
      expect((await api.json(`/psa/pins/${requestid}`)).body.pin.cid).toBe(text)
      expect((await api.json(`/psa/pins?limit=1&${anyStatus}&cid=${text}`)).body.results[0].pin.cid).toBe(text)
    }
  })

  test('row 30: what is here is pinned in the answer itself, a part of what is here too', async () => {
    const { body } = await api.upload(pattern(2_500_000, 30), '/api/v1/uploads?pin=false')
    const root = body.roots[0].cid
    const block = await fetch(`${server.url}/ipfs/${root}?format=raw`)
    const [leaf] = links(parseCid(root), new Uint8Array(await block.arrayBuffer()))
    const first = await add({ cid: root })
    expect(first.status).toBe('pinned')
    expect(Number(first.info!.dag_size)).toBeGreaterThan(2_500_000)
    expect((await add({ cid: leaf!.toString() })).status).toBe('pinned')
    expect((await api.post(`/psa/pins/${first.requestid}`, { cid: root, meta: { again: 'yes' } })).body.status).toBe('pinned')
    const waits = await add({ cid: absent('30') })
    expect((await api.post(`/psa/pins/${waits.requestid}`, { cid: root })).body.status).toBe('pinned')
  })
})

describe('an end', () => {
  test('row 5: 202 without a body, then 404', async () => {
    const { requestid } = await add({ cid: inlineCid('5') })
    const gone = await end(requestid)
    expect([gone.status, await gone.text()]).toEqual([202, ''])
    expect((await end(requestid)).status).toBe(404)
    expect(await statusOf(`/psa/pins/${requestid}`)).toBe(404)
  })

  test('row 9: the same CID twice is two requests; one that ends leaves the blocks to the others', async () => {
    const cid = await stored('nine')
    const [one, two, theirs] = [await add({ cid }), await add({ cid }), await add({ cid }, other)]
    expect(new Set([one.requestid, two.requestid, theirs.requestid]).size).toBe(3)
    expect(await countOf(api, `cid=${cid}`)).toBe(2)
    const upload = (await api.json('/api/v1/uploads')).body.uploads.find(({ roots }: { roots: { cid: string }[] }) => roots[0]!.cid === cid)
    await api.call(`/api/v1/uploads/${upload.id}`, { method: 'DELETE' })
    await end(one.requestid)
    expect([await served(cid), await countOf(api, `cid=${cid}`)]).toEqual([200, 1])
    await end(two.requestid)
    expect([await served(cid), await countOf(api, `cid=${cid}`)]).toEqual([200, 0])
    expect((await other.json(`/psa/pins/${theirs.requestid}`)).body.status).toBe('pinned')
    await end(theirs.requestid, other)
    expect(await served(cid)).not.toBe(200)
  })
})

describe('a replacement', () => {
  test('row 6: another id and another CID; the old one is gone', async () => {
    const old = await add({ cid: inlineCid('old'), name: 'old', meta: { a: 'b' } })
    const { status, body } = await api.post(`/psa/pins/${old.requestid}`, { cid: inlineCid('new') })
    expect([status, body.pin]).toEqual([202, { cid: inlineCid('new') }])
    expect(body.requestid).not.toBe(old.requestid)
    expect(await statusOf(`/psa/pins/${old.requestid}`)).toBe(404)
    expect((await api.json(`/psa/pins/${body.requestid}`)).body).toEqual(body)
    expect(await countOf(api, `cid=${inlineCid('old')}&${anyStatus}`)).toBe(0)
  })

  test('row 7: by the same CID: what is pinned stays readable throughout', async () => {
    const { body } = await api.upload('seven')
    const [pin] = (await api.json(`/psa/pins?cid=${body.roots[0].cid}`)).body.results as Pin[]
    let id = pin!.requestid
    let replacing = true
    const reads: number[] = []
    const reader = (async () => {
      while (replacing) reads.push(await served(body.roots[0].cid))
    })()
    for (let i = 0; i < 20; i++) {
      const replaced = await api.post(`/psa/pins/${id}`, { cid: body.roots[0].cid, meta: { turn: String(i) } })
      expect([replaced.status, replaced.body.status]).toEqual([202, 'pinned'])
      id = replaced.body.requestid
    }
    replacing = false
    await reader
    expect(new Set(reads)).toEqual(new Set([200]))
    expect((await api.json(`/psa/pins?cid=${body.roots[0].cid}`)).body).toMatchObject({ count: 1, results: [{ requestid: id, pin: { meta: { turn: '19' } } }] })
  })

  test('row 7: of what waits, by the same CID, with new origins', async () => {
    const waits = await add({ cid: absent('7'), origins: ['/ip4/127.0.0.1/tcp/9/p2p/12D3KooWEjjPP3h1BFSw5bsVqc4fPdvySmAGiC4yDVhKVvwuFTyK'] })
    const { status, body } = await api.post(`/psa/pins/${waits.requestid}`, { cid: absent('7') })
    expect(status).toBe(202)
    expect(['queued', 'pinning']).toContain(body.status)
    expect(await countOf(api, `cid=${absent('7')}&${anyStatus}`)).toBe(1)
  })

  test('row 8: of nothing makes nothing; with a bad body it leaves the old one', async () => {
    const theirs = await add({ cid: inlineCid('theirs') }, other)
    const mine = await add({ cid: inlineCid('mine') })
    const before = await countOf(api, anyStatus)
    for (const id of [crypto.randomUUID(), theirs.requestid, 'nonsense']) expect((await api.post(`/psa/pins/${id}`, { cid: inlineCid('8') })).status).toBe(404)
    for (const body of [{}, { cid: 'nonsense' }, { cid: inlineCid('8'), name: 7 }, { cid: inlineCid('8'), meta: { a: 1 } }]) expect((await api.post(`/psa/pins/${mine.requestid}`, body)).status).toBe(400)
    expect(await countOf(api, anyStatus)).toBe(before)
    expect((await api.json(`/psa/pins/${mine.requestid}`)).body).toEqual(mine)
    expect((await other.json(`/psa/pins/${theirs.requestid}`)).body).toEqual(theirs)
  })

  test('row 8: two at once of the same request: one succeeds', async () => {
    const { requestid } = await add({ cid: inlineCid('twice'), name: 'twice' })
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.post(`/psa/pins/${requestid}`, { cid: inlineCid('twice'), name: 'twice' })))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, ...Array(9).fill(404)])
    expect(await countOf(api, 'name=twice')).toBe(1)
  })
})

describe('what can be pinned', () => {
  const v1 = (codec: number, hash: number, length: number) => CID.createV1(codec, Digest.create(hash, new Uint8Array(length).fill(36))).toString()

  test.each([
    ['raw', v1(0x55, 0x12, 32)], ['dag-pb', v1(0x70, 0x12, 32)], ['dag-cbor', v1(0x71, 0x12, 32)], ['dag-json', v1(0x0129, 0x12, 32)],
    ['blake2b', v1(0x55, 0xb220, 32)], ['blake3', v1(0x55, 0x1e, 32)], ['sha2-512', v1(0x70, 0x13, 64)], ['version 0', 'QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n'],
  ])('row 36: %s is accepted', async (_, cid) => {
    const { status, body } = await api.post('/psa/pins', { cid })
    expect(status).toBe(202)
    expect(['queued', 'pinning']).toContain(body.status)
  })

  test.each([['nothing', 'bafkqaaa'], ['a few bytes', inlineCid('bytes')], ['an empty directory', v1(0x70, 0, 0)]])('row 36: an identity CID of %s is pinned at once', async (_, cid) => {
    expect(await add({ cid })).toMatchObject({ status: 'pinned', pin: { cid } })
  })

  test.each([
    ['git-raw', v1(0x78, 0x12, 32), 'UNSUPPORTED_CODEC', /git-raw \(0x78\)/],
    ['dag-jose', v1(0x85, 0x12, 32), 'UNSUPPORTED_CODEC', /dag-jose \(0x85\)/],
    ['a codec nobody named', v1(0x300001, 0x12, 32), 'UNSUPPORTED_CODEC', /0x300001/],
    ['sha1', v1(0x55, 0x11, 20), 'UNSUPPORTED_CODEC', /sha1 \(0x11\)/],
    ['a short digest', v1(0x55, 0x12, 20), 'UNSUPPORTED_CODEC', /32 bytes, this one has 20/],
    ['a long identity CID', v1(0x55, 0, 129), 'UNSUPPORTED_CODEC', /129/],
    ['an IPNS key', 'k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8', 'INVALID_CID', /IPNS name/],
    ['a peer id', '12D3KooWH64qA2whcwsNYvnjPTeJPp11tC9wLHpUzqws9ATCjyni', 'INVALID_CID', /IPNS name/],
    ['a path', '/ipfs/bafkqaaa', 'INVALID_CID', /not a CID/],
    ['words', 'hello', 'INVALID_CID', /hello/],
    ['a long text', 'b'.repeat(100_000), 'INVALID_CID', /longer than/],
    ['nothing', '', 'BAD_REQUEST', /"cid" is required/],
  ])('row 36: %s is refused with the reason', async (_, cid, reason, details) => {
    const { status, body } = await api.post('/psa/pins', { cid })
    expect([status, body.error.reason]).toEqual([400, reason])
    expect(body.error.details).toMatch(details)
    expect(body.error.details.length).toBeLessThan(400)
  })
})
