import * as dagCbor from '@ipld/dag-cbor'
import * as dagJson from '@ipld/dag-json'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { describe, expect, it } from 'vitest'
import { codecs } from '../cid/codecs.ts'
import { canonicalCid, parseCid } from '../cid/parse.ts'
import { DagError } from '../fault.ts'
import { digest } from '../hash/digest.ts'
import { encodeFileData, encodeShardData } from '../pb/unixfs-data.ts'
import { all, gather, memory, pattern, streamOf } from '../testing/memory.ts'
import { buildFile } from '../unixfs/build-file.ts'
import { directoryBuilder } from '../unixfs/directory-builder.ts'
import { makeBlock, makeNode } from '../unixfs/make-block.ts'
import { profiles, type Profile } from '../unixfs/profiles.ts'
import { openEntry } from './entry.ts'
import { listDirectory } from './list-directory.ts'
import { readFile } from './read-file.ts'
import { resolvePath } from './resolve-path.ts'

const modern: Profile = { ...profiles['unixfs-v1-2025'], chunkBytes: 16, width: 4 }
const classic: Profile = { ...profiles['unixfs-v0-2015'], chunkBytes: 16, width: 4 }

async function fileOf(bytes: Uint8Array, profile = modern) {
  const store = memory()
  const { cid } = await buildFile(streamOf(bytes), profile, store.sink)
  return { store, entry: await openEntry(store, cid) }
}
function put(store: ReturnType<typeof memory>, codec: number, bytes: Uint8Array): CID {
  const cid = CID.createV1(codec, create(0x12, digest(0x12, bytes)))
  store.sink({ cid, bytes })
  return cid
}
const failing = (code: string) => expect.objectContaining({ code })

describe('readFile', () => {
  it('equals a slice, whatever the range, layout and read-ahead', async () => {
    const content = pattern(1029)
    const files = [await fileOf(content), await fileOf(content, classic), await fileOf(content.subarray(0, 9)), await fileOf(new Uint8Array())]
    const bound = fc.option(fc.integer({ min: -9, max: 1100 }), { nil: undefined })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), bound, bound, fc.integer({ min: 1, max: 9 }), async ({ store, entry }, from, to, readAhead) => {
        const read = await gather(readFile(store, entry, { from, to, readAhead }))
        const expected = content.subarray(0, entry.size).subarray(Math.max(0, from ?? 0), Math.max(0, to ?? 2000, from ?? 0) === 0 ? 0 : Math.max(0, to ?? 2000))
        expect(Buffer.from(read).equals(Buffer.from(expected))).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('reads only the blocks in the range', async () => {
    const { store, entry } = await fileOf(pattern(1024))
    store.reads.length = 0
    expect(await gather(readFile(store, entry, { from: 500, to: 501 }))).toEqual(Buffer.from(pattern(1024).subarray(500, 501)))
    expect(store.reads).toHaveLength(3) // two inner nodes below the root, one leaf
    store.blocks.delete(store.reads[2]!)
    expect(await gather(readFile(store, entry, { from: 512 }))).toHaveLength(512)
    await expect(gather(readFile(store, entry))).rejects.toEqual(failing('DAG_INCOMPLETE'))
  })

  it('reads ahead as far as told and no further', async () => {
    const { store, entry } = await fileOf(pattern(256), { ...modern, width: 99 })
    let flying = 0
    let most = 0
    const slow = {
      async get(cid: CID) {
        most = Math.max(most, ++flying)
        await new Promise(setImmediate)
        flying--
        return store.get(cid)
      },
    }
    expect(await gather(readFile(slow, entry, { readAhead: 3 }))).toHaveLength(256)
    expect(most).toBe(3)
  })

  it('does not fetch what a reader who leaves did not want', async () => {
    const { store, entry } = await fileOf(pattern(256), { ...modern, width: 99 })
    store.reads.length = 0
    for await (const bytes of readFile(store, entry, { readAhead: 2 })) {
      expect(bytes).toHaveLength(16)
      break
    }
    expect(store.reads.length).toBeLessThanOrEqual(2)
  })

  it('stops when its signal is aborted', async () => {
    const { store, entry } = await fileOf(pattern(256))
    const stop = new AbortController()
    const reader = readFile(store, entry, { signal: stop.signal })
    await reader.next()
    stop.abort(new Error('enough'))
    await expect(gather(reader)).rejects.toThrow('enough')
  })

  it('refuses a leaf that is not as long as its parent says', async () => {
    const store = memory()
    const leaf = makeBlock(1, codecs.raw, pattern(10))
    const node = makeNode(1, [{ name: '', cid: leaf.cid, tsize: 10 }], encodeFileData(11, [11]))
    store.sink(leaf)
    store.sink(node)
    await expect(gather(readFile(store, await openEntry(store, node.cid)))).rejects.toEqual(failing('INVALID_REQUEST'))
  })

  it('refuses a node whose sizes contradict its links', async () => {
    const store = memory()
    const node = makeNode(1, [], encodeFileData(11, [11]))
    store.sink(node)
    await expect(gather(readFile(store, await openEntry(store, node.cid)))).rejects.toEqual(failing('INVALID_REQUEST'))
  })

  it('refuses a chain that only costs', async () => {
    const store = memory()
    let below = makeBlock(1, codecs.raw, pattern(1))
    store.sink(below)
    for (let depth = 0; depth < 200; depth++) {
      below = makeNode(1, [{ name: '', cid: below.cid, tsize: 1 }], encodeFileData(1, [1]))
      store.sink(below)
    }
    await expect(gather(readFile(store, await openEntry(store, below.cid)))).rejects.toEqual(failing('DAG_LIMIT'))
  })

  it('refuses to know more nodes than told', async () => {
    const { store, entry } = await fileOf(pattern(16 * 64))
    expect(await gather(readFile(store, entry, { maxPending: 10 }))).toHaveLength(1024)
    await expect(gather(readFile(store, entry, { maxPending: 9 }))).rejects.toMatchObject({ code: 'DAG_LIMIT', data: { limit: 9 } })
  })

  it('refuses a node wider than any that is real', async () => {
    const store = memory()
    const width = 65_537
    const child = { name: '', cid: parseCid('bafkqaalb'), tsize: 1 }
    const wide = (count: number) => makeNode(1, Array.from({ length: count }, () => child), encodeFileData(count, Array.from({ length: count }, () => 1)))
    const [most, more] = [wide(width - 1), wide(width)]
    store.sink(most)
    store.sink(more)
    expect(await gather(readFile(store, await openEntry(store, most.cid), { to: 3 }))).toHaveLength(3)
    await expect(gather(readFile(store, await openEntry(store, more.cid)))).rejects.toEqual(failing('DAG_LIMIT'))
  })

  it('refuses what is no file', async () => {
    const store = memory()
    const { cid } = await directoryBuilder(modern).finish(store.sink)
    await expect(gather(readFile(store, await openEntry(store, cid)))).rejects.toEqual(failing('INVALID_REQUEST'))
  })
})

describe('openEntry', () => {
  it('knows every kind', async () => {
    const store = memory()
    const directory = await directoryBuilder(modern).finish(store.sink)
    const link = makeNode(1, [], Buffer.from([8, 4, 0x12, 3, ...Buffer.from('a/b')]))
    store.sink(link)
    const kinds = [
      directory.cid,
      link.cid,
      put(store, codecs.raw, pattern(3)),
      put(store, codecs.dagCbor, dagCbor.encode({})),
      put(store, codecs.dagPb, new Uint8Array()),
      parseCid('bafkqabtimvwgy3yk'),
    ].map((cid) => openEntry(store, cid))
    expect((await Promise.all(kinds)).map(({ kind, size, target }) => [kind, size ?? target])).toEqual([
      ['directory', undefined], ['symlink', 'a/b'], ['raw', 3], ['ipld', undefined], ['ipld', undefined], ['raw', 6],
    ])
    expect((await fileOf(pattern(40))).entry).toMatchObject({ kind: 'file', size: 40 })
    expect((await fileOf(pattern(4), classic)).entry).toMatchObject({ kind: 'file', size: 4 })
  })
})

describe('resolvePath', () => {
  async function tree() {
    const store = memory()
    const file = await buildFile(streamOf(Buffer.from('content')), modern, store.sink)
    const builder = directoryBuilder({ ...modern, shard: { by: 'entries', from: 50 } })
    builder.add('a/b/c.txt', file)
    for (let i = 0; i < 300; i++) builder.add(`many/${i}`, file)
    const { cid } = await builder.finish(store.sink)
    return { store, root: cid, file: file.cid }
  }

  it('names one CID a segment, without shards', async () => {
    const { store, root, file } = await tree()
    const flat = await resolvePath(store, root, ['a', 'b', 'c.txt'])
    expect(flat.cids).toHaveLength(4)
    expect(String(flat.cids[3])).toBe(String(file))
    expect(flat).toMatchObject({ entry: { kind: 'raw', size: 7 }, remainder: [] })
    const sharded = await resolvePath(store, root, ['many', '123'])
    expect(sharded.cids).toHaveLength(3)
    expect(String(sharded.entry.cid)).toBe(String(file))
    expect((await resolvePath(store, root, [])).cids.map(String)).toEqual([String(root)])
  })

  it.each([[['nope'], 'nope'], [['a', 'x', 'y'], 'x'], [['many', '300'], '300'], [['many', 'F0'], 'F0'], [['many', ''], ''], [['a', 'b', 'c.txt', 'z'], 'z']])(
    'names the segment that is missing in %j',
    async (path, segment) => {
      const { store, root } = await tree()
      await expect(resolvePath(store, root, path)).rejects.toMatchObject({ code: 'NOT_FOUND', data: { segment } })
    },
  )

  it('goes through maps and lists of dag-cbor and dag-json into UnixFS', async () => {
    const { store, root, file } = await tree()
    const json = put(store, codecs.dagJson, dagJson.encode({ here: root }))
    const cbor = put(store, codecs.dagCbor, dagCbor.encode({ nested: { list: [1, json, { x: 'y' }] }, 'metadata.json': file }))
    const far = await resolvePath(store, cbor, ['nested', 'list', '1', 'here', 'a', 'b', 'c.txt'])
    expect(far.cids.map(String).slice(0, 3)).toEqual([cbor, json, root].map(String))
    expect(String(far.entry.cid)).toBe(String(file))
    expect((await resolvePath(store, cbor, ['metadata.json'])).entry.kind).toBe('raw')
    const inside = await resolvePath(store, cbor, ['nested', 'list', '2', 'x'])
    expect(inside).toMatchObject({ remainder: ['nested', 'list', '2', 'x'], entry: { kind: 'ipld' } })
    for (const path of [['nested', 'list', '3'], ['nested', 'list', '01'], ['nested', 'list', 'length'], ['constructor'], ['nested', 'list', '2', 'x', '0']]) {
      await expect(resolvePath(store, cbor, path)).rejects.toMatchObject({ code: 'NOT_FOUND', data: { segment: path.at(-1) } })
    }
  })
})

describe('listDirectory', () => {
  it('refuses a shard with more links than slots', async () => {
    const store = memory()
    const link = (name: string) => ({ name, cid: parseCid('bafkqaalb'), tsize: 1 })
    const shard = (count: number) => makeNode(1, Array.from({ length: count }, (_, i) => link(`${i % 8}${i}`)), encodeShardData(Uint8Array.of(255), 8))
    const [full, overfull] = [shard(8), shard(9)]
    store.sink(full)
    store.sink(overfull)
    expect(await all(listDirectory(store, await openEntry(store, full.cid)))).toHaveLength(8)
    await expect(all(listDirectory(store, await openEntry(store, overfull.cid)))).rejects.toEqual(failing('INVALID_REQUEST'))
    await expect(resolvePath(store, overfull.cid, ['x'])).rejects.toEqual(failing('INVALID_REQUEST'))
  })

  it('ends where shards without end have nothing in them, gives turns on the way, and can be aborted', async () => {
    const store = memory()
    const shardOf = (links: { name: string; cid: CID; tsize: number }[]) => {
      const shard = makeNode(1, links, encodeShardData(new Uint8Array(32).fill(255), 256))
      store.sink(shard)
      return shard.cid
    }
    let below = shardOf([])
    for (let depth = 0; depth < 6; depth++) below = shardOf(Array.from({ length: 256 }, (_, i) => ({ name: i.toString(16).padStart(2, '0').toUpperCase(), cid: below, tsize: 1 })))
    const entry = await openEntry(store, below)
    let turns = 0
    const counting = setInterval(() => turns++, 0)
    await expect(all(listDirectory(store, entry))).rejects.toEqual(failing('DAG_LIMIT'))
    clearInterval(counting)
    expect(store.reads.length).toBeLessThan(2000)
    expect(turns).toBeGreaterThan(0)
    await expect(all(listDirectory(store, entry, { signal: AbortSignal.abort(new Error('enough')) }))).rejects.toThrow('enough')
  })

  it('lists no more of a flat directory than told', async () => {
    const store = memory()
    const builder = directoryBuilder(modern)
    const file = await buildFile(streamOf(pattern(1)), modern, store.sink)
    for (const name of ['a', 'b', 'c']) builder.add(name, file)
    const entry = await openEntry(store, (await builder.finish(store.sink)).cid)
    expect((await all(listDirectory(store, entry, { limit: 2 }))).map(({ name }) => name)).toEqual(['a', 'b'])
    expect(await all(listDirectory(store, entry))).toHaveLength(3)
  })

  it('stops at its limit without reading on', async () => {
    const store = memory()
    const builder = directoryBuilder({ ...modern, shard: { by: 'entries', from: 1 } })
    const file = await buildFile(streamOf(pattern(1)), modern, store.sink)
    for (let i = 0; i < 2000; i++) builder.add(`${i}`, file)
    const entry = await openEntry(store, (await builder.finish(store.sink)).cid)
    store.reads.length = 0
    expect(await all(listDirectory(store, entry, { limit: 5 }))).toHaveLength(5)
    expect(store.reads.length).toBeLessThan(3)
    expect(await all(listDirectory(store, entry))).toHaveLength(2000)
    await expect(all(listDirectory(store, entry, { signal: AbortSignal.abort(new Error('enough')) }))).rejects.toThrow('enough')
  })
})

it('only ever fails with a DagError on blocks that were made to mislead', async () => {
  const store = memory()
  const builder = directoryBuilder({ ...classic, shard: { by: 'entries', from: 3 } })
  for (let i = 0; i < 40; i++) builder.add(`file ${i}`, await buildFile(streamOf(pattern(20 * i)), classic, store.sink))
  const root = (await builder.finish(store.sink)).cid
  const names = [...store.blocks.keys()]
  const change = fc.record({ name: fc.constantFrom(...names), at: fc.nat(400), byte: fc.nat(255) })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 20 }), async (changes) => {
      const changed = new Map(store.blocks)
      for (const { name, at, byte } of changes) {
        const { cid, bytes } = changed.get(name)!
        changed.set(name, { cid, bytes: Uint8Array.from(bytes, (old, i) => (i === at % bytes.length ? byte : old)) })
      }
      const get = (cid: CID) => Promise.resolve(changed.get(canonicalCid(cid))?.bytes ?? Promise.reject(new DagError('DAG_INCOMPLETE', { reason: 'gone' })))
      const readAll = async () => {
        for await (const { cid } of listDirectory({ get }, await openEntry({ get }, root))) {
          const entry = await openEntry({ get }, cid)
          if (entry.kind === 'file') await gather(readFile({ get }, entry, { to: 2000 }))
        }
      }
      await readAll().catch((error) => expect(error).toBeInstanceOf(DagError))
      await resolvePath({ get }, root, ['file 7']).catch((error) => expect(error).toBeInstanceOf(DagError))
    }),
    { numRuns: 150 },
  )
})
