import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { describe, expect, it } from 'vitest'
import { codecs, isInline } from '../cid/codecs.ts'
import { canonicalCid, parseCid } from '../cid/parse.ts'
import { digest } from '../hash/digest.ts'
import type { NodeLink } from '../pb/node.ts'
import { all, memory, pattern, streamOf } from '../testing/memory.ts'
import { buildFile } from '../unixfs/build-file.ts'
import { directoryBuilder } from '../unixfs/directory-builder.ts'
import { makeBlock, makeNode } from '../unixfs/make-block.ts'
import { profiles, type Profile } from '../unixfs/profiles.ts'
import { walkDag, type Walked } from './walk-dag.ts'

const profile: Profile = { ...profiles['unixfs-v1-2025'], chunkBytes: 16, width: 4 }

async function tree() {
  const store = memory()
  const asked = { has: 0, get: 0 }
  const builder = directoryBuilder(profile)
  builder.add('a/big', await buildFile(streamOf(pattern(100)), profile, store.sink))
  builder.add('a/same', await buildFile(streamOf(pattern(100)), profile, store.sink))
  builder.add('b', await buildFile(streamOf(Buffer.from('b')), profile, store.sink))
  const { cid: root } = await builder.finish(store.sink)
  const options = {
    async has(cid: CID) {
      asked.has++
      return store.blocks.get(canonicalCid(cid))?.bytes.length
    },
    async get(cid: CID) {
      asked.get++
      return store.blocks.get(canonicalCid(cid))?.bytes
    },
  }
  return { store, root, options, asked }
}
const told = (walked: Walked) => ('missing' in walked ? `missing ${walked.path}` : `${walked.path} ${walked.size}`)

describe('walkDag', () => {
  it('tells each block once, with its path and size', async () => {
    const { store, root, options, asked } = await tree()
    const walked = await all(walkDag(root, options))
    expect(walked).toHaveLength(store.blocks.size)
    expect(new Set(walked.map((found) => ('cid' in found ? String(found.cid) : ''))).size).toBe(walked.length)
    expect(walked.map(told)).toEqual([
      ` ${store.blocks.get(canonicalCid(root))!.bytes.length}`,
      expect.stringMatching(/^a \d+$/),
      expect.stringMatching(/^a\/big \d+$/),
      expect.stringMatching(/^a\/big\/0 \d+$/),
      'a/big/0/0 16', 'a/big/0/1 16', 'a/big/0/2 16', 'a/big/0/3 16',
      expect.stringMatching(/^a\/big\/1 \d+$/),
      'a/big/1/0 16', 'a/big/1/1 16', 'a/big/1/2 4',
      'b 1',
    ])
    expect(asked).toEqual({ has: 8, get: 5 })
  })

  it('tells what is missing and walks on', async () => {
    const { store, root, options } = await tree()
    const before = await all(walkDag(root, options))
    const gone = before.filter((found) => found.path === 'a/big/0' || found.path === 'b')
    for (const found of gone) if ('cid' in found) store.blocks.delete(canonicalCid(found.cid))
    expect((await all(walkDag(root, options))).map(told).filter((text) => text.startsWith('missing'))).toEqual(['missing a/big/0', 'missing b'])
    store.blocks.delete(canonicalCid(root))
    expect((await all(walkDag(root, options))).map(told)).toEqual(['missing '])
  })

  it('follows identity CIDs and names paths by keys', async () => {
    const { store, root, options } = await tree()
    const inline = CID.createV1(codecs.dagCbor, create(0, dagCbor.encode({ in: [root, parseCid('bafkqabtimvwgy3yk')] })))
    const bytes = dagCbor.encode({ x: { y: inline } })
    const top = CID.createV1(codecs.dagCbor, create(0x12, digest(0x12, bytes)))
    store.sink({ cid: top, bytes })
    const walked = await all(walkDag(top, options))
    expect(walked).toHaveLength(store.blocks.size)
    expect(walked.map((found) => found.path).slice(0, 3)).toEqual(['', 'x/y/in/0', 'x/y/in/0/a'])
  })

  it('counts versions of one CID as one', async () => {
    const { store, options } = await tree()
    const { cid: v0 } = await buildFile(streamOf(pattern(100)), profiles['unixfs-v0-2015'], store.sink)
    const bytes = dagCbor.encode([v0, v0.toV1()])
    const top = CID.createV1(codecs.dagCbor, create(0x12, digest(0x12, bytes)))
    store.sink({ cid: top, bytes })
    expect(await all(walkDag(top, options))).toHaveLength(2)
  })

  it('stops at its limit and at its signal', async () => {
    const { root, options } = await tree()
    expect(await all(walkDag(root, { ...options, maxBlocks: 13 }))).toHaveLength(13)
    await expect(all(walkDag(root, { ...options, maxBlocks: 12 }))).rejects.toMatchObject({ code: 'DAG_LIMIT', data: { limit: 12 } })
    await expect(all(walkDag(root, { ...options, signal: AbortSignal.abort(new Error('enough')) }))).rejects.toThrow('enough')
  })

  /** Blocks of which each links to the next one first and then to many other things. */
  function chain(length: number, others: NodeLink[], name = 'next') {
    const store = memory()
    let next = makeBlock(1, codecs.raw, pattern(1))
    store.sink(next)
    for (let i = 0; i < length; i++) {
      const unlike = others.map((link, n) => (isInline(link.cid) ? link : { ...link, cid: CID.createV1(0x55, create(0x12, digest(0x12, Buffer.from(`${i} ${n}`)))) }))
      next = makeNode(1, [{ name, cid: next.cid, tsize: 1 }, ...unlike], new Uint8Array())
      store.sink(next)
    }
    const find = async (cid: CID) => store.blocks.get(canonicalCid(cid))?.bytes
    return { root: next.cid, options: { get: find, has: async (cid: CID) => (await find(cid))?.length } }
  }
  const empty = { name: '', cid: CID.createV1(0x55, create(0, new Uint8Array())), tsize: 0 }
  const other = { name: '', cid: CID.createV1(0x55, create(0x12, new Uint8Array(32))), tsize: 0 }

  it('holds no raw identity links', async () => {
    const { root, options } = chain(10, Array.from({ length: 50 }, () => empty))
    expect(await all(walkDag(root, { ...options, maxPending: 1 }))).toHaveLength(11)
  })

  it('holds no more links than told, in number and in bytes', async () => {
    const { root, options } = chain(10, [other, other, other])
    expect(await all(walkDag(root, { ...options, maxPending: 31 }))).toHaveLength(41)
    await expect(all(walkDag(root, { ...options, maxPending: 30 }))).rejects.toMatchObject({ code: 'DAG_LIMIT', data: { limit: 30 } })
    const long = chain(10, [{ ...other, name: 'n'.repeat(1000) }])
    await expect(all(walkDag(long.root, { ...long.options, maxPending: 11 }))).rejects.toMatchObject({ code: 'DAG_LIMIT', data: { limit: 11 } })
  })

  it('tells paths no longer than told', async () => {
    const { root, options } = chain(9, [], 'n'.repeat(9))
    const paths = (await all(walkDag(root, { ...options, maxPath: 20 }))).map((found) => found.path)
    expect(paths.slice(0, 4)).toEqual(['', 'nnnnnnnnn', 'nnnnnnnnn/nnnnnnnnn', 'nnnnnnnnn/nnnnnnnnn…'])
    expect(new Set(paths).size).toBe(4)
  })

  it('knows digests again, however long', async () => {
    const long = (last: number) => ({ name: '', cid: CID.createV1(0x55, create(0x12, new Uint8Array(300_000).fill(last, -1))), tsize: 0 })
    const root = makeNode(1, [long(1), long(2), long(1)], new Uint8Array())
    const walked = await all(walkDag(root.cid, { get: async () => root.bytes, has: async () => undefined }))
    expect(walked.map((found) => found.path)).toEqual(['', '0', '1'])
  })

  it('follows no identity CID that is a DAG of its own', async () => {
    let inner = CID.createV1(codecs.dagCbor, create(0, dagCbor.encode(null)))
    for (let i = 0; i < 20; i++) inner = CID.createV1(codecs.dagCbor, create(0, dagCbor.encode([inner])))
    const { options } = chain(0, [])
    await expect(all(walkDag(inner, options))).rejects.toMatchObject({ code: 'UNSUPPORTED_CODEC' })
  })
})
