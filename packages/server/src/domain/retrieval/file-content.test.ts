import { buildFile, fileManifest, links, openEntry, profiles, type BlockSource, type Entry, type Profile } from '@thole/dag'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDiskStore } from '../../blocks/index.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { openToAll } from '../moderation/index.ts'
import { blockRuns } from './block-runs.ts'
import { openContents } from './file-content.ts'
import { readPaces } from './read-pace.ts'

const modern: Profile = { ...profiles['unixfs-v1-2025'], chunkBytes: 1000, width: 7 }
const classic: Profile = { ...profiles['unixfs-v0-2015'], chunkBytes: 1000, width: 7 }
const content = Buffer.from(Uint8Array.from({ length: 100_500 }, (_, i) => (i * 31 + (i >> 8) * 17 + (i >> 16) * 7) & 255))

describe('the content of files', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let store: BlockStore
  beforeAll(async () => {
    folder = await temporaryFolder()
    store = await openDiskStore({ folder: folder.path })
  })
  afterAll(async () => {
    await store.close()
    await folder[Symbol.asyncDispose]()
  })

  async function fileOf(profile: Profile): Promise<Entry> {
    await using writer = store.writer()
    const { cid } = await buildFile(pieces(), profile, (block) => writer.put(block))
    await writer.commit()
    return openEntry({ get: async ({ multihash }) => (await store.get(multihash.bytes))! }, cid)
  }

  /** With the reads that it makes: nodes, runs by the number of their leaves, leaves of which a part is read. */
  function open({ manifestBytes = 1 << 20, readAheadBytes = 1 << 20, absent = [], blocked }: { manifestBytes?: number; readAheadBytes?: number; absent?: readonly Uint8Array[]; blocked?: CID } = {}) {
    const made = { gets: 0, runs: [] as number[], parts: 0 }
    const isAbsent = (hash: Uint8Array) => absent.some((other) => Buffer.compare(other, hash) === 0)
    const source: BlockSource = {
      async get({ multihash }) {
        made.gets++
        if (isAbsent(multihash.bytes)) throw new Error('absent')
        return (await store.get(multihash.bytes))!
      },
    }
    const isBlocked = (cid: CID) => blocked !== undefined && cid.equals(blocked)
    const assertAllowed = (cid: CID) => {
      if (isBlocked(cid)) throw new Error('blocked')
    }
    const getRun = blockRuns({
      moderation: { ...openToAll, isBlocked, assertAllowed },
      blocks: {
        async getRun(hashes, options) {
          const here = hashes.findIndex(isAbsent)
          const run = await store.getRun(here < 0 ? hashes : hashes.slice(0, here), options)
          made.runs.push(run.length)
          return run
        },
      },
      elsewhere: ([cid]) => Promise.reject(new Error(`no ${cid}`)),
    })
    const leaf = async ({ multihash }: CID) => (made.parts++, (await store.get(multihash.bytes))!)
    const contents = openContents({ source, getRun, paces: readPaces(readAheadBytes), leaf, manifestBytes })
    return { made, contents }
  }

  test('a leaf that a list blocks is not read with its neighbours', async () => {
    const file = await fileOf(modern)
    const manifest = (await fileManifest({ get: async ({ multihash }) => (await store.get(multihash.bytes))! }, file))!
    const blocked = manifest.cid(40)
    const reader = open({ blocked }).contents(file)
    let length = 0
    const readAll = async () => {
      for await (const chunk of reader.read({ from: 0, to: content.length })) length += chunk.length
    }
    await expect(readAll()).rejects.toThrow('blocked')
    expect(length).toBe(40_000)
  })

  test.each([['raw leaves', modern], ['dag-pb leaves', classic]])('equals a slice, whatever the range and the room: %s', async (_, profile) => {
    const file = await fileOf(profile)
    await fc.assert(
      fc.asyncProperty(fc.nat(100_500), fc.nat(100_500), fc.constantFrom(0, 5000, 1 << 20), fc.constantFrom(0, 1 << 20), async (a, b, readAheadBytes, manifestBytes) => {
        const { contents } = open({ readAheadBytes, manifestBytes })
        const reader = contents(file)
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        const read: Buffer[] = []
        for await (const chunk of reader.read({ from, to })) {
          read.push(Buffer.from(chunk))
          reader.giveBack(chunk)
        }
        expect(Buffer.concat(read).equals(content.subarray(from, to))).toBe(true)
        const piece = await contents(file).piece({ from, to })
        const bytes = piece instanceof Uint8Array ? piece : Buffer.concat(await Array.fromAsync(piece))
        expect(content.subarray(from, to).equals(bytes)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('neighbours come by one read, and the nodes above are read once', async () => {
    const file = await fileOf(modern)
    const { contents, made } = open()
    expect(await Array.fromAsync(contents(file).read({ from: 0, to: 3500 }))).toHaveLength(4)
    const { gets } = made
    expect(gets).toBeGreaterThan(0)
    await Array.fromAsync(contents(file).read({ from: 50_900, to: 51_100 }))
    expect(await contents(file).piece({ from: 50_000, to: 50_001 })).toEqual(Uint8Array.of(content[50_000]!))
    expect(made).toEqual({ gets, runs: [4, 2], parts: 1 })
  })

  test('manifests beyond the room are forgotten, the oldest first', async () => {
    const files = [await fileOf(modern), await fileOf(classic)]
    const { contents, made } = open({ manifestBytes: 101 * 42 + 300 })
    const getsOf = async (file: Entry) => {
      const before = made.gets
      await Array.fromAsync(contents(file).read({ from: 0, to: 1 }))
      return made.gets - before
    }
    expect(await getsOf(files[0]!)).toBeGreaterThan(0)
    expect(await getsOf(files[0]!)).toBe(0)
    expect(await getsOf(files[1]!)).toBeGreaterThan(0)
    expect(await getsOf(files[0]!)).toBeGreaterThan(0)
  })

  test('what is there is given before what is absent is told', async () => {
    const file = await fileOf(modern)
    const missing = CID.createV1(0x55, (await leafAt(file, 2000)).multihash)
    const { contents } = open({ absent: [missing.multihash.bytes] })
    let got = 0
    const reading = async () => {
      for await (const chunk of contents(file).read({ from: 500, to: 90_000 })) got += chunk.length
    }
    await expect(reading()).rejects.toThrow(`no ${missing}`)
    expect(got).toBe(1500)
    expect(await Array.fromAsync(contents(file).read({ from: 3000, to: 4000 }))).toHaveLength(1)
  })

  test('a node above the leaves that is absent harms only what lies below it', async () => {
    const file = await fileOf(modern)
    const inner = links(file.cid, file.bytes)[1]!
    const { contents } = open({ absent: [inner.multihash.bytes] })
    expect(Buffer.concat(await Array.fromAsync(contents(file).read({ from: 0, to: 10 })))).toEqual(content.subarray(0, 10))
    await expect(Array.fromAsync(contents(file).read({ from: 0, to: content.length }))).rejects.toThrow('absent')
  })

  async function leafAt(file: Entry, at: number): Promise<CID> {
    const manifest = (await fileManifest({ get: async ({ multihash }) => (await store.get(multihash.bytes))! }, file))!
    return manifest.cid(manifest.leafAt(at))
  }
})

async function* pieces(): AsyncGenerator<Uint8Array> {
  yield content
}
