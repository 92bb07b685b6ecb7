import * as dagCbor from '@ipld/dag-cbor'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { describe, expect, it, test } from 'vitest'
import type { Block } from '../block.ts'
import { decodeCid } from '../cid/bytes.ts'
import { codecs, isInline } from '../cid/codecs.ts'
import { canonicalCid, parseCid } from '../cid/parse.ts'
import { digest } from '../hash/digest.ts'
import { linksToFollow, visitLinks } from '../links.ts'
import type { NodeLink } from '../pb/node.ts'
import { memory, pattern, streamOf } from '../testing/memory.ts'
import { buildFile } from '../unixfs/build-file.ts'
import { directoryBuilder } from '../unixfs/directory-builder.ts'
import { makeBlock, makeNode } from '../unixfs/make-block.ts'
import { profiles, type Profile } from '../unixfs/profiles.ts'
import { Frontier } from './frontier.ts'
import type { WalkSource } from './source.ts'
import { DagTracker, type TrackOptions } from './track-dag.ts'

const profile: Profile = { ...profiles['unixfs-v1-2025'], chunkBytes: 16, width: 4 }
const hex = (hash: Uint8Array) => Buffer.from(hash).toString('hex')

/** Blocks by multihash, as a store has them. */
function blockStore(blocks: Iterable<Block> = []) {
  const bytes = new Map<string, Uint8Array>()
  const asked = { sizes: 0, hashes: 0, get: 0 }
  const add = (block: Block) => void (isInline(block.cid) || bytes.set(hex(block.cid.multihash.bytes), block.bytes))
  for (const block of blocks) add(block)
  const source: WalkSource = {
    sizes(hashes) {
      asked.sizes++
      asked.hashes += hashes.length
      return hashes.map((hash) => bytes.get(hex(hash))?.length)
    },
    get(cid) {
      asked.get++
      return bytes.get(hex(cid.multihash.bytes))
    },
  }
  return { source, asked, add, remove: (cid: CID) => bytes.delete(hex(cid.multihash.bytes)), bytes }
}

/** The same, by a set of texts and without any haste. */
function naive(root: CID, { bytes }: ReturnType<typeof blockStore>) {
  const found = { blocks: 0, bytes: 0, missing: new Set<string>() }
  const seen = new Set<string>()
  const todo = [root]
  for (let cid = todo.pop(); cid !== undefined; cid = todo.pop()) {
    const text = canonicalCid(cid)
    if (seen.has(text)) continue
    seen.add(text)
    const content = isInline(cid) ? cid.multihash.digest : bytes.get(hex(cid.multihash.bytes))
    if (content === undefined) found.missing.add(text)
    if (content !== undefined && !isInline(cid)) {
      found.blocks++
      found.bytes += content.length
    }
    if (content !== undefined) todo.push(...linksToFollow(cid, content))
  }
  return found
}

async function tracked(root: CID, store: ReturnType<typeof blockStore>, options?: TrackOptions) {
  const tracker = new DagTracker(root, options)
  expect(await tracker.advance(store.source)).toBe(true)
  return tracker
}

async function expectAsNaive(tracker: DagTracker, store: ReturnType<typeof blockStore>): Promise<void> {
  const truth = naive(tracker.root, store)
  expect([tracker.blocks, tracker.bytes, tracker.missingCount, tracker.isComplete]).toEqual([truth.blocks, truth.bytes, truth.missing.size, truth.missing.size === 0])
  const missing = await tracker.missing(1000, store.source)
  expect(new Set(missing.map(({ cid }) => canonicalCid(cid)))).toEqual(truth.missing)
  expect(missing).toHaveLength(truth.missing.size)
}

async function tree() {
  const { sink, blocks } = memory()
  const builder = directoryBuilder(profile)
  builder.add('a/big', await buildFile(streamOf(pattern(100)), profile, sink))
  builder.add('a/same', await buildFile(streamOf(pattern(100)), profile, sink))
  builder.add('b', await buildFile(streamOf(Buffer.from('b')), profile, sink))
  const { cid: root } = await builder.finish(sink)
  return { root, blocks: [...blocks.values()], store: blockStore(blocks.values()) }
}

const at = async (tracker: DagTracker, store: ReturnType<typeof blockStore>) => (await tracker.missing(100, store.source)).map(({ path }) => path)
const cbor = (value: unknown): Block => {
  const bytes = dagCbor.encode(value)
  return { cid: CID.createV1(codecs.dagCbor, create(0x12, digest(0x12, bytes))), bytes }
}

describe('one walk', () => {
  it('counts each block once and asks for each once', async () => {
    const { root, store, blocks } = await tree()
    const tracker = await tracked(root, store)
    expect([tracker.isComplete, tracker.blocks, tracker.bytes]).toEqual([true, blocks.length, blocks.reduce((sum, { bytes }) => sum + bytes.length, 0)])
    expect(store.asked).toEqual({ sizes: expect.any(Number), hashes: blocks.length, get: 5 })
  })

  it('tells what is missing and where', async () => {
    const { root, store, blocks } = await tree()
    const all = await tracked(root, blockStore())
    expect([all.missingCount, await at(all, blockStore())]).toEqual([1, ['']])
    const leaf = blocks.find(({ bytes }) => Buffer.from(bytes).toString() === 'b')!
    store.remove(leaf.cid)
    const one = await tracked(root, store)
    expect(await one.missing(5, store.source)).toEqual([{ cid: leaf.cid, path: 'b' }])
    for (const { cid } of blocks) if (cid.code === codecs.raw) store.remove(cid)
    const leaves = await tracked(root, store)
    expect([...await at(leaves, store)].sort()).toEqual(['a/big/0/0', 'a/big/0/1', 'a/big/0/2', 'a/big/0/3', 'a/big/1/0', 'a/big/1/1', 'a/big/1/2', 'b'])
    expect(await leaves.missing(3, store.source)).toHaveLength(3)
  })

  it('follows identity CIDs and names paths by keys', async () => {
    const { root, store, blocks } = await tree()
    const inline = CID.createV1(codecs.dagCbor, create(0, dagCbor.encode({ in: [root, parseCid('bafkqabtimvwgy3yk')] })))
    const top = cbor({ x: { y: inline } })
    store.add(top)
    const tracker = await tracked(top.cid, store)
    expect([tracker.isComplete, tracker.blocks]).toEqual([true, blocks.length + 1])
    store.remove(root)
    expect(await at(await tracked(top.cid, store), store)).toEqual(['x/y/in/0'])
    expect((await tracked(inline, store)).missingCount).toBe(1)
    expect((await tracked(parseCid('bafkqabtimvwgy3yk'), store)).isComplete).toBe(true)
  })

  it('counts versions of one CID as one, and codecs of one block as two', async () => {
    const { sink, blocks } = memory()
    const { cid: v0 } = await buildFile(streamOf(pattern(100)), profiles['unixfs-v0-2015'], sink)
    const top = cbor([v0, v0.toV1()])
    expect((await tracked(top.cid, blockStore([...blocks.values(), top]))).blocks).toBe(2)
    const raw = cbor([v0, CID.createV1(codecs.raw, v0.multihash)])
    expect((await tracked(raw.cid, blockStore([...blocks.values(), raw]))).blocks).toBe(3)
  })

  it('knows digests again, however long, and codecs, however large', async () => {
    const long = (last: number, code = codecs.raw as number) => ({ name: '', cid: CID.createV1(code, create(0x12, new Uint8Array(300_000).fill(last, -1))), tsize: 0 })
    const root = makeNode(1, [long(1), long(2), long(1), long(1, 2 ** 40), long(1, 2 ** 40 + 1), long(1, 2 ** 40)], new Uint8Array())
    const store = blockStore([root])
    expect(await at(await tracked(root.cid, store), store)).toEqual(['0', '1', '3', '4'])
  })

  it('goes on where its budget, its signal or its source stopped it', async () => {
    const { root, store, blocks } = await tree()
    const tracker = new DagTracker(root)
    let calls = 0
    let fails = 0
    const failing: WalkSource = {
      sizes: (hashes) => (++fails % 3 === 0 ? Promise.reject(new Error('the source failed')) : store.source.sizes(hashes)),
      get: (cid) => (++fails % 3 === 0 ? Promise.reject(new Error('the source failed')) : store.source.get(cid)),
    }
    for (; !(await tracker.advance(failing, { budget: 1 }).catch(() => false)); calls++) {
      await expect(tracker.advance(failing, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
    }
    expect(calls).toBeGreaterThan(5)
    expect([tracker.isComplete, tracker.blocks]).toEqual([true, blocks.length])
  })

  it('gives others a turn', async () => {
    const leaves = Array.from({ length: 60_000 }, (_, i) => ({ name: '', cid: makeBlock(1, codecs.raw, Buffer.from(String(i))).cid, tsize: 0 }))
    const nodes = Array.from({ length: 60 }, (_, i) => makeNode(1, leaves.slice(i * 1000, i * 1000 + 1000), new Uint8Array()))
    const root = makeNode(1, nodes.map(({ cid }) => ({ name: '', cid, tsize: 0 })), new Uint8Array())
    const { source } = blockStore([root, ...nodes])
    let turns = 0
    let isDone = false
    const others = (async () => {
      for (; !isDone; turns++) await new Promise(setImmediate)
    })()
    const tracker = new DagTracker(root.cid)
    await tracker.advance({ ...source, sizes: (hashes) => (hashes.length > 200 ? hashes.map(() => 1) : source.sizes(hashes)) })
    isDone = true
    await others
    expect(tracker.isComplete).toBe(true)
    expect(turns).toBeGreaterThan(2)
  })
})

describe('limits', () => {
  /** Blocks of which each links to the next one first and then to many other things. */
  function chain(length: number, others: readonly NodeLink[], name = 'next') {
    const store = blockStore()
    let next = makeBlock(1, codecs.raw, pattern(1))
    store.add(next)
    for (let i = 0; i < length; i++) {
      next = makeNode(1, [{ name, cid: next.cid, tsize: 1 }, ...others], Uint8Array.of(i))
      store.add(next)
    }
    return { root: next.cid, store }
  }

  it('has a limit of blocks, for good', async () => {
    const { root, store } = await tree()
    await tracked(root, store, { maxBlocks: 13 })
    const tracker = new DagTracker(root, { maxBlocks: 12 })
    for (let i = 0; i < 2; i++) await expect(tracker.advance(store.source)).rejects.toMatchObject({ code: 'DAG_LIMIT', data: { limit: 12 } })
  })

  it('holds no more nodes than told, in number and in bytes', async () => {
    const children = Array.from({ length: 20 }, (_, i) => makeNode(1, [], Uint8Array.of(i)))
    const root = makeNode(1, children.map(({ cid }) => ({ name: '', cid, tsize: 0 })), new Uint8Array())
    const store = blockStore([root, ...children])
    await tracked(root.cid, store, { maxPending: 20 })
    await expect(new DagTracker(root.cid, { maxPending: 19 }).advance(store.source)).rejects.toMatchObject({ code: 'DAG_LIMIT', data: { limit: 19 } })
    const inline = Array.from({ length: 3 }, (_, i) => ({ name: '', tsize: 0, cid: CID.createV1(codecs.dagPb, create(0, new Uint8Array(120).fill(i))) }))
    const wide = chain(1, inline)
    await expect(new DagTracker(wide.root, { maxPending: 3 }).advance(wide.store.source)).rejects.toMatchObject({ code: 'DAG_LIMIT' })
  })

  it('remembers no more missing blocks than told, and counts the rest', async () => {
    const missing = Array.from({ length: 5 }, (_, i) => ({ name: '', cid: makeBlock(1, codecs.raw, Buffer.from(`gone ${i}`)).cid, tsize: 0 }))
    const { root, store } = chain(1, missing)
    const tracker = await tracked(root, store, { maxMissing: 3 })
    expect([tracker.missingCount, tracker.isWhole]).toEqual([5, false])
    expect(await at(tracker, store)).toEqual(['1', '2', '3'])
    expect((await tracked(root, store, { maxMissing: 5 })).isWhole).toBe(true)
  })

  it('tells paths no longer than told, and none of what lies too deep', async () => {
    const long = chain(9, [], 'n'.repeat(9))
    long.store.remove(makeBlock(1, codecs.raw, pattern(1)).cid)
    const tracker = await tracked(long.root, long.store)
    expect((await tracker.missing(1, long.store.source, 20)).map(({ path }) => path)).toEqual(['nnnnnnnnn/nnnnnnnnn…'])
    const deep = chain(1100, [{ name: 'near', tsize: 0, cid: makeBlock(1, codecs.raw, Buffer.from('near')).cid }])
    deep.store.remove(makeBlock(1, codecs.raw, pattern(1)).cid)
    const two = await tracked(deep.root, deep.store)
    expect([two.missingCount, await at(two, deep.store)]).toEqual([2, ['near']])
  })

  it('follows no identity CID that is a DAG of its own', async () => {
    let inner = CID.createV1(codecs.dagCbor, create(0, dagCbor.encode(null)))
    for (let i = 0; i < 20; i++) inner = CID.createV1(codecs.dagCbor, create(0, dagCbor.encode([inner])))
    await expect(new DagTracker(inner).advance(blockStore().source)).rejects.toMatchObject({ code: 'UNSUPPORTED_CODEC' })
  })

  it('tells of a block that is not what its link says, for good', async () => {
    const leaf = makeBlock(1, codecs.raw, Buffer.from([0xff]))
    const root = makeNode(1, [{ name: '', tsize: 0, cid: CID.createV1(codecs.dagPb, leaf.cid.multihash) }], new Uint8Array())
    const tracker = new DagTracker(root.cid)
    const { source } = blockStore([leaf, root])
    for (let i = 0; i < 2; i++) await expect(tracker.advance(source)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })
})

describe('what arrives', () => {
  it('costs a look at itself and at what it links to', async () => {
    const { root, store, blocks } = await tree()
    const leaf = blocks.find(({ cid }) => cid.code === codecs.raw)!
    store.remove(leaf.cid)
    const tracker = await tracked(root, store)
    const before = { ...store.asked }
    expect(tracker.awaits(leaf.cid.multihash.bytes)).toBe(true)
    store.add(leaf)
    tracker.arrived(leaf.cid.multihash.bytes)
    tracker.arrived(root.multihash.bytes)
    expect([tracker.isSettled, await tracker.advance(store.source), tracker.isComplete]).toEqual([false, true, true])
    expect(store.asked).toEqual({ sizes: before.sizes + 1, hashes: before.hashes + 1, get: before.get })
  })

  it('that was announced but is not here is waited for again', async () => {
    const { root, store } = await tree()
    const tracker = await tracked(root, blockStore())
    tracker.arrived(root.multihash.bytes)
    expect([await tracker.advance(blockStore().source), tracker.missingCount, tracker.awaits(root.multihash.bytes)]).toEqual([true, 1, true])
    tracker.arrived(root.multihash.bytes)
    expect([await tracker.advance(store.source), tracker.isComplete]).toEqual([true, true])
  })

  it('is seen also while an answer is under way', async () => {
    const { root, store } = await tree()
    const late: WalkSource = {
      async sizes(hashes) {
        const answer = store.source.sizes(hashes)
        await new Promise(setImmediate)
        return answer
      },
      get: async (cid) => store.source.get(cid),
    }
    const block = { cid: root, bytes: (await store.source.get(root))! }
    store.remove(root)
    const tracker = new DagTracker(root)
    const advanced = tracker.advance(late)
    store.add(block)
    tracker.arrived(root.multihash.bytes)
    expect([await advanced, tracker.isComplete]).toEqual([true, true])
  })

  it('is told to all that share a frontier, until they close', async () => {
    const { root, store, blocks } = await tree()
    const frontier = new Frontier()
    const leaf = blocks.find(({ bytes }) => Buffer.from(bytes).toString() === 'b')!
    const other = cbor({ leaf: leaf.cid })
    store.add(other)
    store.remove(leaf.cid)
    const trackers = await Promise.all([root, other.cid, other.cid].map((cid) => tracked(cid, store, { frontier })))
    expect(frontier.size).toBe(3)
    await trackers[2]!.close()
    expect(frontier.size).toBe(2)
    store.add(leaf)
    frontier.arrived(leaf.cid.multihash.bytes)
    expect([frontier.size, trackers[0]!.isSettled, trackers[1]!.isSettled]).toEqual([0, false, false])
    for (const tracker of trackers.slice(0, 2)) expect([await tracker.advance(store.source), tracker.isComplete]).toEqual([true, true])
  })

  /** Random DAGs: each node links to some of the nodes before it, to leaves, in two codecs, inline. */
  const shapes = fc.array(fc.record({ links: fc.array(fc.nat(1000), { maxLength: 6 }), isPb: fc.boolean(), isInline: fc.boolean() }), { minLength: 1, maxLength: 25 })

  function grow(shape: { links: number[]; isPb: boolean; isInline: boolean }[], leaves: number): { root: CID; blocks: Block[] } {
    const blocks: Block[] = Array.from({ length: leaves }, (_, i) => makeBlock(1, codecs.raw, Buffer.from(`leaf ${i}`)))
    const known = blocks.map(({ cid }) => cid)
    for (const [i, { links, isPb, isInline: asIdentity }] of shape.entries()) {
      const cids = links.map((link) => known[link % known.length]!)
      const block = isPb ? makeNode(i % 2 ? 1 : 0, cids.map((cid) => ({ name: `n${i}`, cid, tsize: 0 })), Uint8Array.of(i)) : cbor({ i, cids })
      const inline = asIdentity && block.bytes.length <= 128
      const cid = inline ? CID.createV1(block.cid.code, create(0, block.bytes)) : block.cid
      blocks.push({ cid, bytes: block.bytes })
      known.push(cid, ...(inline ? [] : [CID.createV1(codecs.raw, block.cid.multihash)]))
    }
    const root = cbor({ root: known.slice(-12) })
    blocks.push(root)
    return { root: root.cid, blocks }
  }

  test('in parts, in any order and repeated, gives what a walk over all would find', async () => {
    const parts = fc.array(fc.array(fc.nat(10_000), { maxLength: 12 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer({ min: 1, max: 30 }), parts, fc.integer({ min: 1, max: 40 }), fc.boolean(), async (shape, leaves, sent, budget, isLate) => {
        const { root, blocks } = grow(shape, leaves)
        const store = blockStore()
        const source: WalkSource = isLate ? { sizes: async (hashes) => store.source.sizes(hashes), get: async (cid) => store.source.get(cid) } : store.source
        const tracker = new DagTracker(root)
        const finish = async () => {
          while (!(await tracker.advance(source, { budget })));
          await expectAsNaive(tracker, store)
        }
        await finish()
        for (const part of [...sent.map((numbers) => numbers.map((n) => blocks[n % blocks.length]!)), blocks]) {
          for (const block of part) store.add(block)
          for (const { cid } of part) tracker.arrived(cid.multihash.bytes)
          await finish()
        }
        expect(tracker.isComplete).toBe(true)
        expect(tracker.missingCount).toBe(0)
      }),
      { numRuns: 150 },
    )
  })

  test('paths lead to what is missing', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer({ min: 1, max: 30 }), fc.array(fc.nat(10_000), { maxLength: 20 }), async (shape, leaves, gone) => {
        const { root, blocks } = grow(shape, leaves)
        const store = blockStore(blocks)
        for (const n of gone) store.remove(blocks[n % blocks.length]!.cid)
        const tracker = await tracked(root, store)
        for (const { cid, path } of await tracker.missing(10, store.source)) {
          expect(leads(root, path, cid, store), `${path} leads to ${cid}`).toBe(true)
        }
      }),
      { numRuns: 60 },
    )
  })

  /** Whether a path leads from one CID to another; names may stand several times. */
  function leads(from: CID, path: string, to: CID, store: ReturnType<typeof blockStore>): boolean {
    if (path === '') return canonicalCid(from) === canonicalCid(to)
    const bytes = isInline(from) ? from.multihash.digest : store.bytes.get(hex(from.multihash.bytes))
    if (bytes === undefined) return false
    let found = false
    visitLinks(from, bytes, (source, at, end, name) => {
      const step = name()
      if (path !== step && !path.startsWith(`${step}/`)) return
      found ||= leads(decodeCid(source, at, end), path.slice(step.length + 1), to, store)
    })
    return found
  }
})
