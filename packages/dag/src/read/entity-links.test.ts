import { CID } from 'multiformats/cid'
import { expect, test } from 'vitest'
import { codecs } from '../cid/codecs.ts'
import { memory, pattern, streamOf } from '../testing/memory.ts'
import { buildFile } from '../unixfs/build-file.ts'
import { directoryBuilder } from '../unixfs/directory-builder.ts'
import { profiles } from '../unixfs/profiles.ts'
import { entityLinks } from './entity-links.ts'
import type { PartRange } from './file-parts.ts'

const profile = { ...profiles['unixfs-v1-2025'], chunkBytes: 100, width: 3, shard: { by: 'entries', from: 20 } } as const

test('of a file, what holds the range', async () => {
  const blocks = memory()
  const { cid } = await buildFile(streamOf(pattern(1000)), profile, blocks.sink)
  const leavesIn = async (range?: PartRange) => {
    const leaves: [number, number][] = []
    const open = [{ cid, start: 0 }]
    for (let node = open.pop(); node; node = open.pop()) {
      const bytes = await blocks.get(node.cid)
      if (node.cid.code === codecs.raw) leaves.unshift([node.start, bytes.length])
      open.push(...entityLinks(node.cid, bytes, node.start, range))
    }
    return leaves.toSorted(([a], [b]) => a - b).map(([start]) => start)
  }
  expect(await leavesIn()).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900])
  expect(await leavesIn({ from: 250, to: 401 })).toEqual([200, 300, 400])
  expect(await leavesIn({ from: 999 })).toEqual([900])
  expect(await leavesIn({ from: 1000 })).toEqual([])
})

test('of a sharded directory its shards, of a flat one nothing', async () => {
  const blocks = memory()
  const build = async (count: number) => {
    const builder = directoryBuilder(profile)
    for (let i = 0; i < count; i++) builder.add(`${i}`, await buildFile(streamOf(pattern(1)), profile, blocks.sink))
    return (await builder.finish(blocks.sink)).cid
  }
  const flat = await build(5)
  expect(entityLinks(flat, await blocks.get(flat), 0)).toEqual([])
  const sharded = await build(300)
  const open: { cid: CID }[] = [{ cid: sharded }]
  let shards = 0
  for (let node = open.pop(); node; node = open.pop()) {
    shards++
    expect(node.cid.code).toBe(codecs.dagPb)
    open.push(...entityLinks(node.cid, await blocks.get(node.cid), 0))
  }
  expect(shards).toBeGreaterThan(10)
})

test('nothing of other codecs, symlinks and dag-pb that is not UnixFS', async () => {
  const { multihash } = CID.parse('bafkqaaa')
  for (const code of [codecs.raw, codecs.dagCbor, codecs.dagJson]) expect(entityLinks(CID.createV1(code, multihash), Buffer.from([0xa0]), 0)).toEqual([])
  const pb = CID.createV1(codecs.dagPb, multihash)
  for (const bytes of [[], [0x0a, 2, 8, 4], [0x0a, 2, 0xff, 0xff]]) expect(entityLinks(pb, Uint8Array.from(bytes), 0)).toEqual([])
})
