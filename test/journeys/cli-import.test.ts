import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildFile, profiles, type Block } from '@thole/dag'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { car, client, eventually, pattern, rawBlock, type Client } from '../support/api.ts'
import { temporaryFolder } from '../support/folder.ts'
import { listAll } from '../support/psa.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { tholeHome } from '../support/thole.ts'

/** Where things come from, and a server that has no network of its own. */
let old: TestServer
let fresh: TestServer
let from: Client
let to: Client
let oldKey: string
let newKey: string
const nobodys = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'

beforeAll(async () => {
  ;[old, fresh] = await Promise.all([startServer(), startServer({ THOLE_NETWORK: 'none' })])
  ;[oldKey, newKey] = await Promise.all([old.createKey(), fresh.createKey()])
  from = client(old.url, oldKey)
  to = client(fresh.url, newKey)
})
afterAll(() => Promise.all([old?.stop(), fresh?.stop()]))

const inNew = () => tholeHome({ THOLE_URL: fresh.url, THOLE_KEY: newKey, THOLE_IMPORT_TOKEN: oldKey })

/** A file that the old server has, in chunks small enough to make a tree. */
async function stored(api: Client, bytes: Uint8Array): Promise<{ cid: string; blocks: Block[] }> {
  const blocks: Block[] = []
  const { cid } = await buildFile((async function* () { yield bytes })(), { ...profiles['unixfs-v1-2025'], chunkBytes: 16 * 1024 }, (block) => void blocks.push(block))
  await api.upload(car([cid], blocks) as BodyInit, '/api/v1/uploads?pin=false', 'application/vnd.ipld.car')
  return { cid: cid.toString(), blocks }
}

describe('from a pinning service', () => {
  test('rows, names, meta and origins are kept; the data comes from its delegates', async () => {
    const near = await startServer()
    try {
      const { cid } = await stored(from, pattern(300_000, 1))
      const origin = '/ip4/127.0.0.1/tcp/9/p2p/12D3KooWGjgvfDkpuVAoNhd7PRRvMTEG4ZgzHBFURqDe1mqEzAMS'
      await from.post('/psa/pins', { cid, name: 'first', meta: { app: 'a' }, origins: [origin] })
      await from.post('/psa/pins', { cid, name: 'second' })
      const key = await near.createKey()
      await using thole = await tholeHome({ THOLE_URL: near.url, THOLE_KEY: key, THOLE_IMPORT_TOKEN: oldKey })
      const told = await thole.json(['import', 'pins', `${old.url}/psa`])
      expect(told.at(-1)).toMatchObject({ summary: { pinned: 2, waiting: 0, failed: 0, earlier: 0 } })
      const rows = await listAll(client(near.url, key))
      expect(rows.map(({ pin: { cid, name, meta } }) => ({ cid, name, meta })).toSorted((a, b) => a.name!.localeCompare(b.name!))).toEqual([
        { cid, name: 'first', meta: { app: 'a' } },
        { cid, name: 'second', meta: undefined },
      ])
      expect(rows.find(({ pin }) => pin.name === 'first')!.pin.origins).toContain(origin)
      const again = await thole.json(['import', 'pins', `${old.url}/psa`])
      expect(again).toEqual([{ summary: expect.objectContaining({ pinned: 0, earlier: 2 }) }])
      expect(await listAll(client(near.url, key))).toHaveLength(2)
    } finally {
      await near.stop()
    }
  })

  test('what the server cannot fetch comes from a gateway; what nobody has is told, and stays asked for', async () => {
    const key = await old.createKey(undefined, 'other@example.org')
    const rows = client(old.url, key)
    const { cid } = await stored(from, pattern(400_000, 2))
    await rows.post('/psa/pins', { cid, name: 'had' })
    await rows.post('/psa/pins', { cid: nobodys, name: 'lost' })
    await using thole = await inNew()
    await using folder = await temporaryFolder({ 'token.txt': `${key}\n` })
    const args = ['import', 'pins', `${old.url}/psa`, '--token-file', join(folder.path, 'token.txt'), '--gateway', old.url, '--wait', '1']
    const { code, out } = await thole.run(args)
    const [lost, summary] = out.split('\n')
    expect(code).toBe(1)
    expect(lost).toMatch(new RegExp(`^waiting\t${nobodys}\tlost\t.*1 block is missing`))
    expect(summary).toBe('1 pin brought, 0 in earlier runs, 1 left to the server, 0 not to be had')
    expect((await to.json(`/api/v1/dags/${cid}`)).body).toMatchObject({ state: 'complete' })
    const pins = (await to.json('/api/v1/pins')).body.pins as { cid: string; name: string; status: string; uploadId?: string }[]
    expect(pins.filter((pin) => pin.cid === cid)).toEqual([expect.objectContaining({ name: 'had', status: 'pinned' })])
    expect(pins.filter((pin) => pin.cid === nobodys)).toEqual([expect.objectContaining({ name: 'lost', status: 'queued' })])
    expect((await to.json('/api/v1/uploads')).body.count).toBe(0)
    // Once somebody has it, the same command brings it, with the request that was made then.
    const found = rawBlock(pattern(2_000, 3))
    await rows.upload(car([found.cid], [found]) as BodyInit, '/api/v1/uploads?pin=false', 'application/vnd.ipld.car')
    await rows.post('/psa/pins', { cid: found.cid.toString(), name: 'found' })
    const second = await thole.run(args)
    expect(second.out).toContain('1 pin brought, 1 in earlier runs, 1 left to the server, 0 not to be had')
    expect(((await to.json('/api/v1/pins')).body.pins as { cid: string }[]).filter((pin) => pin.cid === nobodys)).toHaveLength(1)
  })

  test('every row is read, however many share a moment or a page', async () => {
    const rows = Array.from({ length: 2_300 }, (_, i) => ({ requestid: `r${i}`, status: 'pinned', created: new Date(1_700_000_000_000 - Math.floor(i / 700) * 1000).toISOString(), pin: { cid: rawBlock(pattern(10, 5000 + (i % 50))).cid.toString(), name: `n${i}` }, delegates: [] }))
    const service = createServer((request, response) => {
      const query = new URL(request.url!, 'http://x').searchParams
      const before = query.get('before')
      const fitting = rows.filter(({ created }) => before === null || created < before)
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ count: fitting.length, results: fitting.slice(0, Number(query.get('limit'))) }))
    })
    await using listening = await listen(service)
    const blocks = Array.from({ length: 50 }, (_, i) => rawBlock(pattern(10, 5000 + i)))
    await to.upload(car([blocks[0]!.cid], blocks) as BodyInit, '/api/v1/uploads?pin=false', 'application/vnd.ipld.car')
    await using thole = await inNew()
    const told = await thole.json(['import', 'pins', listening.url])
    expect(told.at(-1).summary).toMatchObject({ pinned: 2_300, waiting: 0, failed: 0 })
    expect(new Set(told.slice(0, -1).map(({ name }) => name)).size).toBe(2_300)
  })

  test('a wrong token, an address that is no service, a state of another import', async () => {
    await using thole = await inNew()
    const wrong = await thole.run(['import', 'pins', `${old.url}/psa`], { env: { THOLE_IMPORT_TOKEN: 'wrong' } })
    expect([wrong.code, wrong.err]).toEqual([4, expect.stringContaining('this key is not known here')])
    const none = await thole.run(['import', 'pins', `${old.url}/psa`], { env: { THOLE_IMPORT_TOKEN: '' } })
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('--token-file FILE, or THOLE_IMPORT_TOKEN')])
    expect((await thole.run(['import', 'pins', 'not a url'])).code).toBe(2)
    await writeFile(join(thole.home, 'state'), '{"from":"elsewhere","to":"x"}\n')
    const other = await thole.run(['import', 'pins', `${old.url}/psa`, '--state', 'state'])
    expect([other.code, other.err]).toEqual([2, expect.stringContaining('is not the state of this import')])
  })
})

describe('a gateway that is not to be trusted', () => {
  const wanted = [rawBlock(pattern(3_000, 11)), rawBlock(pattern(3_000, 12))] as const

  test.each([
    ['other bytes', (block: Block) => car([block.cid], [{ cid: block.cid, bytes: Uint8Array.from(block.bytes, (byte) => byte ^ 1) }]), 'another hash'],
    ['a block that nobody asked for', (block: Block) => car([block.cid], [wanted[1]]), 'not asked for'],
    ['a page', () => Buffer.from('<html>no</html>'), 'it does not send CARs'],
    ['nothing', () => new Uint8Array(), 'it is empty'],
  ])('%s: nothing of it is kept', async (what, answer, words) => {
    const [block] = wanted
    const gateway = createServer((_, response) => response.setHeader('content-type', what === 'a page' ? 'text/html' : 'application/vnd.ipld.car').end(answer(block)))
    await using listening = await listen(gateway)
    await using thole = await inNew()
    await using folder = await temporaryFolder({ 'cids.csv': `${block.cid}\n` })
    const [told] = await thole.json(['import', 'csv', join(folder.path, 'cids.csv'), '--gateway', listening.url, '--wait', '1'], { code: 1 })
    expect(told).toMatchObject({ cid: block.cid.toString(), outcome: 'waiting', reason: expect.stringContaining(words) })
    expect((await to.json(`/api/v1/dags/${block.cid}`)).body).toMatchObject({ state: 'partial', missingCount: 1 })
    expect((await fetch(`${fresh.url}/ipfs/${wanted[1].cid}?format=raw`)).status).not.toBe(200)
  })

  test('a CAR that breaks off is kept as far as it came, and the rest is asked for', async () => {
    const bytes = pattern(200_000, 13)
    const blocks: Block[] = []
    const { cid } = await buildFile((async function* () { yield bytes })(), { ...profiles['unixfs-v1-2025'], chunkBytes: 16 * 1024 }, (block) => void blocks.push(block))
    const byCid = new Map(blocks.map((block) => [block.cid.toString(), block]))
    const asked: string[] = []
    const gateway = createServer((request, response) => {
      const [, text] = /^\/ipfs\/(\w+)/.exec(request.url!)!
      asked.push(text!)
      response.setHeader('content-type', 'application/vnd.ipld.car')
      const order = text === cid.toString() ? blocks.toReversed() : [byCid.get(text!)!]
      const whole = car([byCid.get(text!)!.cid], order)
      response.end(text === cid.toString() ? whole.subarray(0, whole.length / 2) : whole)
    })
    await using listening = await listen(gateway)
    await using thole = await inNew()
    await using folder = await temporaryFolder({ 'cids.csv': `cid,name\n${cid},"a, b"\n` })
    const told = await thole.json(['import', 'csv', join(folder.path, 'cids.csv'), '--gateway', listening.url, '--wait', '1'])
    expect(told[0]).toMatchObject({ cid: cid.toString(), name: 'a, b', outcome: 'pinned' })
    expect(asked.filter((text) => text === cid.toString())).toHaveLength(1)
    expect(asked.length).toBeLessThan(blocks.length)
    expect(Buffer.compare(Buffer.from(await (await fetch(`${fresh.url}/ipfs/${cid}`)).arrayBuffer()), bytes)).toBe(0)
  })
})

describe('from files', () => {
  test('a CSV with and without a header; rows that are none are told with their line', async () => {
    const { cid } = await stored(to, pattern(100, 21))
    await using thole = await inNew()
    await using folder = await temporaryFolder({ 'with.csv': `name,size,CID\r\n"said ""hi""",1,${cid}\r\n\r\n` })
    expect((await thole.json(['import', 'csv', join(folder.path, 'with.csv')]))[0]).toMatchObject({ cid, name: 'said "hi"', outcome: 'pinned' })
    const { code, out } = await thole.run(['import', 'csv', '-'], { stdin: `${cid},plain\nnonsense,x\n` })
    expect([code, out.split('\n')[0]]).toEqual([1, expect.stringMatching(/^failed\t\tline 2\t"nonsense" is not a CID/)])
    const endless = await thole.run(['import', 'csv', '-'], { stdin: `${cid},"endless\n` })
    expect([endless.code, endless.err]).toEqual([1, expect.stringContaining('the row at line 1 has a quote that does not end')])
    expect(await thole.run(['import', 'csv', '/nowhere.csv'])).toMatchObject({ code: 2, err: expect.stringContaining('There is no file /nowhere.csv.') })
  })

  test('a folder of CARs: names, several roots, CARv2, broken ones; a second run sends nothing', async () => {
    const [a, b, c, d] = [31, 32, 33, 34].map((seed) => rawBlock(pattern(5_000, seed))) as [Block, Block, Block, Block]
    const v1 = car([c.cid], [c])
    const broken = car([d.cid], [d])
    await using folder = await temporaryFolder({ 'one.car': car([a.cid], [a]), 'deep/two.car': car([a.cid, b.cid], [a, b]), 'new.car': carV2(v1), 'cut.car': broken.subarray(0, -100), 'notes.txt': 'x' })
    await using thole = await inNew()
    const told = await thole.json(['import', 'cars', folder.path, '--wait', '1'], { code: 1 })
    expect(told.at(-1)).toMatchObject({ summary: { pinned: 4, failed: 1 } })
    expect(told.find(({ outcome }) => outcome === 'failed')).toMatchObject({ name: 'cut', reason: expect.stringContaining('it ends after') })
    const names = (await listAll(to)).map(({ pin }) => pin.name)
    expect(names).toEqual(expect.arrayContaining(['one', 'two-root-0', 'two-root-1', 'new']))
    expect((await to.json('/api/v1/uploads')).body.uploads.filter((upload: { kind: string; roots: { cid: string }[] }) => upload.roots.some(({ cid }) => cid === a.cid.toString()))).toEqual([])
    await writeFile(join(folder.path, 'cut.car'), broken)
    const again = await thole.json(['import', 'cars', folder.path])
    expect(again.at(-1)).toMatchObject({ summary: { pinned: 1, earlier: 3, failed: 0 } })
    expect((await listAll(to)).filter(({ pin }) => pin.name === 'one')).toHaveLength(1)
  })

  test('a folder without CARs, and none at all', async () => {
    await using folder = await temporaryFolder({ 'notes.txt': 'x' })
    await using thole = await inNew()
    expect(await thole.run(['import', 'cars', folder.path])).toMatchObject({ code: 2, err: expect.stringContaining('There is no file that ends in .car') })
    expect(await thole.run(['import', 'cars', '/nowhere/at/all'])).toMatchObject({ code: 2, err: expect.stringContaining('There is no file or folder') })
  })

  test('killed in the middle, the next run goes on', async () => {
    const blocks = Array.from({ length: 40 }, (_, i) => rawBlock(pattern(2_000, 100 + i)))
    await using folder = await temporaryFolder(Object.fromEntries(blocks.map((block, i) => [`${i}.car`, car([block.cid], [block])])))
    await using thole = await inNew()
    const state = join(thole.home, 'state')
    const args = ['import', 'cars', folder.path, '--state', state]
    const kill = new AbortController()
    const first = thole.run(args, { signal: kill.signal })
    const doneSoFar = async () => (await readFile(state, 'utf8').catch(() => '')).split('\n').filter((line) => line.includes('"done":true')).length
    await eventually(doneSoFar, (done) => done >= 5)
    kill.abort()
    await first
    const before = await doneSoFar()
    const told = await thole.json(args)
    expect(told.at(-1)).toMatchObject({ summary: { pinned: 40 - before, earlier: before } })
    for (const { cid } of blocks) expect((await to.json(`/api/v1/dags/${cid}`)).body.state).toBe('complete')
  })

  test('a server that has run full is told of, and the same command goes on when it has room', async () => {
    const server = await startServer({ THOLE_NETWORK: 'none' })
    try {
      const key = await server.createKey()
      const [a, b] = [41, 42].map((seed) => rawBlock(pattern(5_000, seed))) as [Block, Block]
      await using folder = await temporaryFolder({ 'a.car': car([a.cid], [a]) })
      await using thole = await tholeHome({ THOLE_URL: server.url, THOLE_KEY: key })
      const args = ['import', 'cars', folder.path]
      await thole.json(args)
      await writeFile(join(folder.path, 'b.car'), car([b.cid], [b]))
      await server.killAndRestart({ THOLE_MIN_FREE: String(2 ** 52) })
      expect(await thole.run(args)).toMatchObject({ code: 1, err: expect.stringMatching(/storage of this server is full.*What was brought stays.*the same command goes on/) })
      expect((await listAll(client(server.url, key))).map(({ pin }) => pin.cid)).toEqual([a.cid.toString()])
      await server.killAndRestart({ THOLE_MIN_FREE: '0' })
      expect((await thole.json(args)).at(-1)).toMatchObject({ summary: { pinned: 1, earlier: 1, failed: 0 } })
    } finally {
      await server.stop()
    }
  })
})

/** CARv2 specification: the pragma, a header of 40 bytes, then the CARv1. */
function carV2(v1: Uint8Array): Uint8Array {
  const head = Buffer.alloc(51)
  Buffer.from('0aa16776657273696f6e02', 'hex').copy(head)
  head.writeBigUInt64LE(60n, 27)
  head.writeBigUInt64LE(BigInt(v1.length), 35)
  return Buffer.concat([head, Buffer.alloc(9), v1, Buffer.from('an index')])
}

async function listen(server: Server): Promise<{ url: string } & AsyncDisposable> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, [Symbol.asyncDispose]: close }
}
