import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { link, Thole, TholeError, type Progress } from '@thole/client'
import { filesBelow, fromPath } from '@thole/client/node'
import { buildFile, profiles, type Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { car, rawBlock } from '../support/api.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let thole: Thole
beforeAll(async () => {
  server = await startServer()
  thole = new Thole({ url: server.url, key: await server.createKey() })
})
afterAll(() => server?.stop())

const uploads = async () => Array.fromAsync(thole.uploads.list())
const read = async (path: string) => Buffer.from(await (await fetch(`${server.url}/ipfs/${path}`)).arrayBuffer())

/** The CID that the server gives the same bytes. */
async function served(bytes: Uint8Array, profile: string): Promise<string> {
  const answer = await fetch(`${server.url}/api/v1/uploads?pin=false&profile=${profile}`, { method: 'POST', headers: { authorization: `Bearer ${await key()}` }, body: bytes as BodyInit })
  const { id, roots } = (await answer.json()) as { id: string; roots: [{ cid: string }] }
  await thole.uploads.remove(id)
  return roots[0].cid
}
let made: Promise<string> | undefined
const key = () => (made ??= server.createKey())

async function* pieces(bytes: Uint8Array, length = 100_000) {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

describe('what can be put', () => {
  it('bytes in several parts become one upload, whose CID is told first', async () => {
    const bytes = randomBytes(5_500_000)
    const told: string[] = []
    const progress: Progress[] = []
    const { cid, sent, blocks, uploadId } = await thole.put(bytes, { name: 'bytes', partBytes: 1_500_000, onCid: (known) => told.push(known), onProgress: (at) => progress.push(at) })
    expect(told).toEqual([cid])
    expect(blocks).toBe(7)
    expect(sent).toBeGreaterThan(bytes.length)
    expect((await read(cid)).equals(bytes)).toBe(true)
    expect((await thole.status(cid)).state).toBe('complete')
    expect(await uploads()).toMatchObject([{ id: uploadId, name: 'bytes', roots: [{ cid, pinned: true }] }])
    expect(progress.filter(({ phase }) => phase === 'hashing').at(-1)).toEqual({ phase: 'hashing', done: bytes.length, total: bytes.length })
    expect(progress.at(-1)).toEqual({ phase: 'sending', done: sent, total: sent })
    await thole.uploads.remove(uploadId)
  })

  it.each(Object.values(profiles).map(({ name }) => name))('with profile %s gets the CID that the server gives', async (profile) => {
    for (const length of [1, 262_144, 2_500_000]) {
      const bytes = randomBytes(length)
      const { cid } = await thole.put(bytes, { profile, pin: false })
      expect(await served(bytes, profile)).toBe(cid)
      expect((await read(cid)).equals(bytes)).toBe(true)
    }
  })

  it('streams, Blobs and files on the disk', async () => {
    const bytes = randomBytes(9_000_000)
    const { cid } = await thole.build(bytes)
    await using folder = await temporaryFolder({ 'a.bin': bytes })
    const sources = [pieces(bytes), new Response(bytes).body!, new Blob([bytes]), (await fromPath(join(folder.path, 'a.bin'))).content, bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)]
    for (const source of sources) expect((await thole.put(source)).cid).toBe(cid)
    expect((await read(cid)).equals(bytes)).toBe(true)
  })

  it('the files of a folder as a directory, a large one too', async () => {
    const files = Object.fromEntries(Array.from({ length: 6000 }, (_, i) => [`many/file ${i}.txt`, `the text of ${i}`]))
    await using folder = await temporaryFolder({ ...files, 'ü/é.txt': 'accents', 'empty': '' })
    const { cid } = await thole.put(await filesBelow(folder.path), { name: 'folder' })
    expect(String(await read(`${cid}/many/file 4711.txt`))).toBe('the text of 4711')
    expect(String(await read(`${cid}/ü/é.txt`))).toBe('accents')
    expect(await thole.put([new File(['x'], 'x.txt'), { path: 'sub/y', content: new Uint8Array([1]) }])).toMatchObject({ blocks: 4 })
  })

  it('a CAR as it is', async () => {
    const blocks: Block[] = []
    const bytes = randomBytes(3_000_000)
    const { cid } = await buildFile(pieces(bytes), profiles['unixfs-v1-2025'], (block) => void blocks.push({ ...block, bytes: block.bytes.slice() }))
    const put = await thole.put(car([cid], blocks), { car: true, partBytes: 1_200_000 })
    expect(put).toMatchObject({ cid: cid.toString(), blocks: blocks.length })
    expect((await read(put.cid)).equals(bytes)).toBe(true)
  })

  it('a CAR with a block that its CID carries, too long to be asked about', async () => {
    const file = rawBlock(randomBytes(300_000))
    const inline = Buffer.from('i'.repeat(120))
    const cid = CID.createV1(0x55, identity.digest(inline))
    expect(cid.toString().length).toBeGreaterThan(128)
    expect(await thole.put(car([file.cid], [file, { cid, bytes: inline }]), { car: true })).toMatchObject({ cid: file.cid.toString() })
  })

  it('objects, whose files and links have CIDs of their own', async () => {
    const image = randomBytes(1_500_000)
    const other = await thole.put(Buffer.from('other'))
    const value = { name: 'one', image: new Blob([image]), list: [link(other.cid), { raw: new Uint8Array([1, 2]) }] }
    for (const codec of ['dag-cbor', 'dag-json'] as const) {
      const { cid } = await thole.putObject(value, { codec, name: codec })
      const { cid: imageCid } = await thole.build(image)
      expect(await thole.get(cid)).toEqual({ kind: 'object', cid, value: { name: 'one', image: { '/': imageCid }, list: [{ '/': other.cid }, { raw: new Uint8Array([1, 2]) }] } })
      expect((await read(`${cid}/image`)).equals(image)).toBe(true)
      expect(await thole.get(`${cid}/list/1/raw`)).toMatchObject({ kind: 'object', value: new Uint8Array([1, 2]) })
      expect((await thole.status(cid)).state).toBe('complete')
    }
  })
})

describe('what is refused', () => {
  const refused = (code: string) => expect.objectContaining({ name: 'TholeError', code })

  it('is told by typed errors', async () => {
    await expect(new Thole({ url: server.url, key: 'wrong' }).put(randomBytes(10))).rejects.toThrow(refused('UNAUTHENTICATED'))
    await expect(new Thole({ url: server.url, key: await server.createKey(['pins:read']) }).put(randomBytes(10))).rejects.toThrow(refused('SCOPE_MISSING'))
    await expect(new Thole({ url: 'http://127.0.0.1:1', retries: 0 }).put(randomBytes(10))).rejects.toThrow(refused('NETWORK'))
    await expect(thole.status('nonsense')).rejects.toThrow(refused('INVALID_CID'))
    await expect(thole.put([{ path: '../a', content: new Uint8Array(1) }])).rejects.toThrow(refused('INVALID_REQUEST'))
    await expect(thole.put('text' as never)).rejects.toThrow(refused('INVALID_REQUEST'))
    await expect(thole.put(randomBytes(100), { car: true })).rejects.toThrow(refused('INVALID_CAR'))
    const { cid } = rawBlock(randomBytes(100))
    await expect(thole.put(car([cid], [{ cid, bytes: randomBytes(100) }]), { car: true })).rejects.toThrow(refused('HASH_MISMATCH'))
    const circle: Record<string, unknown> = {}
    circle.self = circle
    await expect(thole.putObject(circle)).rejects.toThrow(refused('INVALID_REQUEST'))
    expect(new TholeError('RATE_LIMITED', 'later').retry).toBe(true)
  })

  it('a file that changes while it is sent', async () => {
    await using folder = await temporaryFolder({ file: randomBytes(3_000_000) })
    const path = join(folder.path, 'file')
    const { content } = await fromPath(path)
    const put = (onCid: () => Promise<void>) => {
      let changed: Promise<void> | undefined
      const changing = { size: content.size, read: async (into: Uint8Array, from: number) => (await changed, content.read(into, from)) }
      return thole.put(changing, { onCid: () => (changed = onCid()) })
    }
    await expect(put(() => writeFile(path, randomBytes(3_000_000)))).rejects.toThrow(refused('SOURCE_CHANGED'))
    await expect(put(() => writeFile(path, 'short'))).rejects.toThrow(refused('SOURCE_CHANGED'))
  })

  it('when it is aborted, at any time', async () => {
    const reason = new Error('enough')
    const bytes = randomBytes(6_000_000)
    for (const phase of ['hashing', 'sending']) {
      const stop = new AbortController()
      const put = thole.put(pieces(bytes), { signal: stop.signal, partBytes: 1_200_000, onProgress: (at) => at.phase === phase && stop.abort(reason) })
      await expect(put).rejects.toBe(reason)
    }
    await expect(thole.put(bytes, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

it('pins: added, listed, replaced, removed', async () => {
  const [a, b] = [await thole.put(Buffer.from('a'), { pin: false }), await thole.put(Buffer.from('b'), { pin: false })]
  const pin = await thole.pins.add({ cid: a.cid, name: 'first' })
  expect(pin).toMatchObject({ cid: a.cid, name: 'first', status: 'pinned' })
  expect(await Array.fromAsync(thole.pins.list({ name: 'first', match: 'exact' }))).toMatchObject([{ id: pin.id }])
  const next = await thole.pins.replace(pin.id, { cid: b.cid, name: 'second' })
  expect(next).toMatchObject({ cid: b.cid, name: 'second', status: 'pinned' })
  await expect(thole.pins.get(pin.id)).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404 })
  await thole.pins.remove(next.id)
  await expect(thole.pins.get(next.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
