import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { codecs } from '../cid/codecs.ts'
import { digest } from '../hash/digest.ts'
import { makeBlock } from '../unixfs/make-block.ts'
import { pendingLinks } from './pending-links.ts'

test('gives the links that lead anywhere, in their order, with names cut', () => {
  const leaves = ['a', 'b', 'c'].map((text) => makeBlock(1, codecs.raw, Buffer.from(text)).cid)
  const inline = CID.createV1(codecs.raw, create(0, Buffer.from('inline')))
  const bytes = dagCbor.encode({ x: leaves[0], list: [leaves[1], inline], ['n'.repeat(50)]: leaves[2] })
  const pending = pendingLinks(CID.createV1(codecs.dagCbor, create(0x12, digest(0x12, bytes))), bytes, 10)
  const found: string[] = []
  expect(pending.count).toBe(3)
  for (let next = pending.next(); next !== undefined; next = pending.next()) found.push(`${leaves.findIndex((leaf) => leaf.equals(next![0]))} ${next[1]}`)
  expect(found).toEqual(['0 x', '1 list/0', `2 ${'n'.repeat(9)}…`])
})
