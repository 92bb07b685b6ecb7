import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { describe, expect, it } from 'vitest'
import { codecs } from '../cid/codecs.ts'
import { encodeFileData } from '../pb/unixfs-data.ts'
import { gather, memory, pattern, streamOf } from '../testing/memory.ts'
import { buildFile } from '../unixfs/build-file.ts'
import { makeBlock, makeNode } from '../unixfs/make-block.ts'
import { profiles, type Profile } from '../unixfs/profiles.ts'
import { openEntry, type Entry } from './entry.ts'
import { fileManifest, type FileManifest } from './file-manifest.ts'
import { readFile } from './read-file.ts'

const modern: Profile = { ...profiles['unixfs-v1-2025'], chunkBytes: 16, width: 4 }
const classic: Profile = { ...profiles['unixfs-v0-2015'], chunkBytes: 16, width: 4 }
type Store = ReturnType<typeof memory>

async function fileOf(bytes: Uint8Array, profile: Profile): Promise<{ store: Store; entry: Entry }> {
  const store = memory()
  const { cid } = await buildFile(streamOf(bytes), profile, store.sink)
  return { store, entry: await openEntry(store, cid) }
}

/** A file node over these, whatever they are. */
function node(store: Store, children: readonly { cid: CID; size: number }[]): CID {
  const size = children.reduce((sum, child) => sum + child.size, 0)
  const block = makeNode(1, children.map(({ cid }) => ({ name: '', cid, tsize: 0 })), encodeFileData(size, children.map((child) => child.size)))
  store.sink(block)
  return block.cid
}

function leaf(store: Store, bytes: Uint8Array) {
  const block = makeBlock(1, codecs.raw, bytes)
  store.sink(block)
  return { cid: block.cid, size: bytes.length }
}

/** The range by way of the manifest alone. */
async function* read(store: Store, manifest: FileManifest, from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let at = manifest.leafAt(from); at < manifest.count && manifest.start(at) < to; at++) {
    yield* manifest.content(store, at, await store.get(manifest.cid(at)), { from, to })
  }
}

describe('fileManifest', () => {
  it.each([['raw leaves', modern], ['dag-pb leaves', classic]])('finds every range: %s', async (_, profile) => {
    const content = pattern(1029)
    const { store, entry } = await fileOf(content, profile)
    const manifest = (await fileManifest(store, entry))!
    expect([manifest.count, manifest.size, manifest.start(64), manifest.start(65)]).toEqual([65, 1029, 1024, 1029])
    await fc.assert(
      fc.asyncProperty(fc.nat(1028), fc.integer({ min: 1, max: 1029 }), async (from, length) => {
        const to = Math.min(from + length, 1029)
        expect(Buffer.from(await gather(read(store, manifest, from, to))).equals(Buffer.from(content.subarray(from, to)))).toBe(true)
      }),
    )
  })

  it('reads no leaf but the first, and none of raw ones', async () => {
    for (const [profile, leaves] of [[modern, 0], [classic, 1]] as const) {
      const { store, entry } = await fileOf(pattern(1024), profile)
      store.reads.length = 0
      await fileManifest(store, entry)
      // Two levels of inner nodes below the root; the first of each twice.
      expect(store.reads).toHaveLength(1 + 4 + 1 + 16 + leaves)
    }
  })

  it('takes some 42 bytes a leaf', async () => {
    const { store, entry } = await fileOf(pattern(16_000), modern)
    expect((await fileManifest(store, entry))!.bytes).toBeLessThan(1001 * 43)
  })

  it('a block that is no leaf after all is read down from there', async () => {
    const store = memory()
    const [a, b, c] = [leaf(store, pattern(10)), leaf(store, pattern(20)), leaf(store, pattern(30))]
    const shallow = await buildFile(streamOf(pattern(40)), { ...classic, chunkBytes: 64 }, store.sink)
    const entry = await openEntry(store, node(store, [{ cid: shallow.cid, size: 40 }, { cid: node(store, [a, b, c]), size: 60 }]))
    const manifest = (await fileManifest(store, entry))!
    expect(manifest.count).toBe(2)
    expect(await gather(read(store, manifest, 35, 75))).toEqual(await gather(readFile(store, entry, { from: 35, to: 75 })))
  })

  it('a leaf that holds another number of bytes than promised is refused', async () => {
    const store = memory()
    const { cid } = leaf(store, pattern(10))
    const entry = await openEntry(store, node(store, [{ cid, size: 12 }]))
    const manifest = (await fileManifest(store, entry))!
    await expect(gather(read(store, manifest, 0, 12))).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })

  it('is given up where nodes without end lead to the same few bytes, and gives turns on the way', async () => {
    const store = memory()
    let below = leaf(store, pattern(1))
    for (let depth = 0; depth < 30; depth++) below = { cid: node(store, [below]), size: 1 }
    const entry = await openEntry(store, node(store, Array.from({ length: 2000 }, () => below)))
    let turns = 0
    const counting = setInterval(() => turns++, 0)
    store.reads.length = 0
    expect(await fileManifest(store, entry, { maxLeaves: 2000 })).toBeUndefined()
    clearInterval(counting)
    expect(store.reads.length).toBeLessThan(5000)
    expect(turns).toBeGreaterThan(0)
    await expect(fileManifest(store, entry, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })

  it('is not made of unusual files', async () => {
    const store = memory()
    const inline = { cid: CID.createV1(codecs.raw, create(0, pattern(5))), size: 5 }
    const raw = leaf(store, pattern(10))
    const classicLeaf = { cid: (await buildFile(streamOf(pattern(10)), classic, store.sink)).cid, size: 10 }
    const unusual: Record<string, CID> = {
      'content in a CID': node(store, [inline, raw]),
      'two codecs': node(store, [raw, classicLeaf]),
      'nothing': node(store, []),
      'a leaf alone': classicLeaf.cid,
      'a raw block': raw.cid,
      'sizes that lie': node(store, [{ cid: node(store, [raw, raw]), size: 19 }]),
    }
    for (const [what, cid] of Object.entries(unusual)) expect([what, await fileManifest(store, await openEntry(store, cid))]).toEqual([what, undefined])
    const { store: many, entry } = await fileOf(pattern(1024), modern)
    expect(await fileManifest(many, entry, { maxLeaves: 63 })).toBeUndefined()
    expect(await fileManifest(many, entry, { maxLeaves: 64 })).toBeDefined()
  })
})
