import { codecs, digest, linksToFollow, matches, type Block } from '@thole/dag'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { listParts } from './part-list.ts'

function block(text: string, hash = 0x12, codec: number = codecs.raw): Block {
  const bytes = Buffer.from(text)
  return { cid: CID.createV1(codec, createDigest(hash, hash === 0 ? bytes : digest(hash, bytes))), bytes }
}

async function listed(blocks: readonly Block[]) {
  const put: Block[] = []
  const list = listParts({ put: async (one) => void put.push(one) })
  for (const one of blocks) await list.put(one)
  const cids = await list.finish()
  const lists = cids.map((cid) => put.find((one) => one.cid.toString() === cid)!)
  return { put, lists, hashes: lists.flatMap((one) => linksToFollow(one.cid, one.bytes)).map(({ multihash }) => Buffer.from(multihash.bytes).toString('hex')) }
}

const hashOf = ({ cid }: Block) => Buffer.from(cid.multihash.bytes).toString('hex')

test('a list links to every block, whatever its hash and codec', async () => {
  const kinds = fc.record({ text: fc.string(), hash: fc.constantFrom(0x12, 0x13, 0xb220), codec: fc.constantFrom(...Object.values(codecs)) })
  await fc.assert(
    fc.asyncProperty(fc.array(kinds, { maxLength: 300 }), async (all) => {
      const blocks = all.map(({ text, hash, codec }) => block(text, hash, codec))
      const { put, lists, hashes } = await listed(blocks)
      expect(hashes).toEqual(blocks.map(hashOf))
      expect(put.filter((one) => !lists.includes(one))).toEqual(blocks)
      for (const { cid, bytes } of lists) expect(matches(cid, bytes)).toBe(true)
    }),
  )
})

test('inline blocks are on no list, and nothing gives none', async () => {
  expect((await listed([block('inline', 0)])).lists).toEqual([])
  expect((await listed([])).lists).toEqual([])
})

test('a long list is several blocks, each of a size that any node takes', async () => {
  const blocks = Array.from({ length: 50_000 }, (_, i) => block(`${i}`))
  const { lists, hashes } = await listed(blocks)
  expect(lists).toHaveLength(2)
  for (const { bytes } of lists) expect(bytes.length).toBeLessThan(2 * 1024 * 1024)
  expect(hashes.join() === blocks.map(hashOf).join()).toBe(true)
})
