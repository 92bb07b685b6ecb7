import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { Thole, type GotDirectory, type GotFile } from '@thole/client'
import { digest, hashes } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { car } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let between: Server
let thole: Thole
/** What stands between client and server does to an answer: passes it on, cuts it, or changes a byte of it. */
let harm: ((bytes: Buffer, asked: string) => { bytes: Buffer; cut?: boolean }) | undefined
let asked: string[] = []

beforeAll(async () => {
  server = await startServer()
  between = createServer((request, response) => void pass(request, response)).listen(0, '127.0.0.1')
  await once(between, 'listening')
  const { port } = between.address() as AddressInfo
  thole = new Thole({ url: `http://127.0.0.1:${port}`, key: await server.createKey() })
})
beforeEach(() => {
  harm = undefined
  asked = []
})
afterAll(async () => {
  between?.close()
  await server?.stop()
})

async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
  asked.push(request.url!)
  const body = request.method === 'POST' ? (Readable.toWeb(request) as unknown as BodyInit) : undefined
  const headers = { authorization: request.headers.authorization ?? '', 'content-type': request.headers['content-type'] ?? '' }
  const answer = await fetch(server.url + request.url!, { method: request.method, headers, body, duplex: 'half' } as RequestInit)
  const whole = Buffer.from(await answer.arrayBuffer())
  const { bytes, cut = false } = request.url!.includes('format=car') && harm ? harm(whole, request.url!) : { bytes: whole }
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
  response.write(bytes, () => (cut ? response.destroy() : response.end()))
}

async function file(bytes: Uint8Array, options = {}): Promise<GotFile> {
  return (await thole.get((await thole.put(bytes, options)).cid)) as GotFile
}

it('gives a file whole, in part, and as text', async () => {
  const bytes = randomBytes(4_000_000)
  for (const profile of ['unixfs-v1-2025', 'unixfs-v0-2015'] as const) {
    const got = await file(bytes, { profile })
    expect(got).toMatchObject({ kind: 'file', size: bytes.length })
    expect(Buffer.compare(await got.bytes(), bytes)).toBe(0)
    expect(Buffer.compare(await got.bytes({ from: 1_500_000, to: 2_600_000 }), bytes.subarray(1_500_000, 2_600_000))).toBe(0)
    expect(Buffer.compare(Buffer.concat(await Array.fromAsync(got.stream({ from: 3_999_990 }))), bytes.subarray(3_999_990))).toBe(0)
  }
  expect(await (await file(Buffer.from('wörds'))).text()).toBe('wörds')
  expect(await (await file(new Uint8Array())).bytes()).toEqual(new Uint8Array())
})

it('walks a directory, sharded ones too, in one stream', async () => {
  const files = Array.from({ length: 7000 }, (_, i) => ({ path: `many/${i}`, content: Buffer.from(`text ${i}`) }))
  const { cid } = await thole.put([...files, { path: 'large', content: randomBytes(2_500_000) }])
  const got = (await thole.get(`ipfs://${cid}`)) as GotDirectory
  expect((await Array.fromAsync(got.entries())).map(({ name }) => name)).toEqual(['large', 'many'])
  asked = []
  const found = new Map<string, number>()
  for await (const one of got.files()) {
    expect(one.kind).toBe('file')
    found.set(one.path, (await (one as GotFile).bytes()).length)
  }
  expect(asked.length).toBe(1)
  expect(found.size).toBe(7001)
  expect(found.get('large')).toBe(2_500_000)
  expect(found.get('many/4711')).toBe(9)
  expect(await ((await thole.get(`/ipfs/${cid}/many/12`)) as GotFile).text()).toBe('text 12')
  await expect(thole.get(`${cid}/many/none`)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

it('passes over the files of a walk that are not read', async () => {
  const { cid } = await thole.put(Array.from({ length: 20 }, (_, i) => ({ path: String(i + 10), content: randomBytes(3_000_000) })))
  const last = (await Array.fromAsync(((await thole.get(cid)) as GotDirectory).files())).at(-1) as GotFile & { path: string }
  expect(last.path).toBe('29')
  expect((await last.bytes()).length).toBe(3_000_000)
})

it('gives nothing of a block that was changed on the way', async () => {
  const bytes = randomBytes(3_000_000)
  const got = await file(bytes)
  harm = (whole) => {
    whole[whole.length - 1]! ^= 1
    return { bytes: whole }
  }
  const given: Uint8Array[] = []
  const reading = (async () => {
    for await (const piece of got.stream()) given.push(piece)
  })()
  await expect(reading).rejects.toMatchObject({ code: 'HASH_MISMATCH' })
  const sound = Buffer.concat(given)
  expect(sound.equals(bytes.subarray(0, sound.length))).toBe(true)
  expect(sound.length).toBe(2_097_152)
  await expect(thole.get(got.cid)).rejects.toMatchObject({ code: 'HASH_MISMATCH' })
})

it('believes no block that was not asked for', async () => {
  const [one, other] = [await file(randomBytes(1000)), await file(randomBytes(1000))]
  const car = Buffer.from(await (await fetch(`${server.url}/ipfs/${other.cid}?format=car`)).arrayBuffer())
  harm = () => ({ bytes: car })
  await expect(new Thole({ url: `http://127.0.0.1:${(between.address() as AddressInfo).port}`, retries: 0 }).get(one.cid)).rejects.toMatchObject({ code: 'BAD_ANSWER' })
})

it('goes on where the connection broke off', async () => {
  const bytes = randomBytes(6_000_000)
  const got = await file(bytes)
  asked = []
  harm = (whole) => ({ bytes: whole.subarray(0, 2_500_000), cut: whole.length > 2_500_000 })
  expect(Buffer.compare(await got.bytes(), bytes)).toBe(0)
  expect(asked.map((url) => new URL(url, server.url).searchParams.get('entity-bytes'))).toEqual(['0:5999999', '2097152:5999999', '4194304:5999999'])
})

it.each(['unixfs-v1-2025', 'unixfs-v0-2015'] as const)('goes on with a walk that broke off: %s', async (profile) => {
  const { cid } = await thole.put(Array.from({ length: 300 }, (_, i) => ({ path: String(i), content: randomBytes(20_000) })), { profile })
  harm = (whole, url) => ({ bytes: whole.subarray(0, 3_000_000), cut: url.includes(cid) && whole.length > 3_000_000 })
  let bytes = 0
  for await (const one of ((await thole.get(cid)) as GotDirectory).files()) bytes += (await (one as GotFile).bytes()).length
  expect(bytes).toBe(6_000_000)
})

it('knows the rare hash functions, and stops when it is told to', async () => {
  const bytes = randomBytes(1000)
  for (const code of [hashes.blake3, hashes.blake2b8 + 31, hashes.sha512]) {
    const cid = CID.createV1(0x55, create(code, digest(code, bytes)))
    await thole.put(car([cid], [{ cid, bytes }]), { car: true })
    expect(Buffer.compare(await ((await thole.get(cid.toString())) as GotFile).bytes(), bytes)).toBe(0)
  }
  const reason = new Error('enough')
  const got = await file(randomBytes(5_000_000))
  const stop = new AbortController()
  const reader = got.stream({ signal: stop.signal }).getReader()
  await reader.read()
  stop.abort(reason)
  await expect(reader.read()).rejects.toBe(reason)
})
