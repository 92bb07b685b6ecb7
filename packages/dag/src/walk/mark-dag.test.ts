import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import type { Block } from '../block.ts'
import { codecs } from '../cid/codecs.ts'
import { canonicalCid } from '../cid/parse.ts'
import { makeBlock, makeNode } from '../unixfs/make-block.ts'
import { CidSet } from './cid-set.ts'
import { markDag, type MarkSource } from './mark-dag.ts'

const hex = (hash: Uint8Array) => Buffer.from(hash).toString('hex')
const leaf = (text: string) => makeBlock(1, codecs.raw, Buffer.from(text))
const node = (children: readonly Block[], data = '') => makeNode(1, children.map(({ cid }, i) => ({ name: String(i), cid, tsize: 0 })), Buffer.from(data))

function storeOf(blocks: readonly Block[]) {
  const stored = new Map(blocks.map(({ cid, bytes }) => [hex(cid.multihash.bytes), bytes]))
  const marked = new Set<string>()
  const read: string[] = []
  const unread: string[] = []
  const source: MarkSource = {
    mark: (hashes) => hashes.map((hash) => stored.has(hex(hash)) && marked.add(hex(hash)) ? stored.get(hex(hash))!.length : undefined),
    get(cid) {
      read.push(canonicalCid(cid))
      return stored.get(hex(cid.multihash.bytes))
    },
    unread: (cid) => void unread.push(canonicalCid(cid)),
  }
  return { source, marked, read, unread }
}
const hashesOf = (blocks: readonly Block[]) => new Set(blocks.map(({ cid }) => hex(cid.multihash.bytes)))

test('marks what is below the roots and here, and reads what they share once', async () => {
  const leaves = Array.from({ length: 3000 }, (_, i) => leaf(`leaf ${i}`))
  const shared = node(leaves.slice(0, 1500))
  const gone = node(leaves.slice(2000), 'gone')
  const roots = [node([shared, gone, leaves[1700]!]), node([leaves[1800]!, shared])]
  const { source, marked, read, unread } = storeOf([...leaves, shared, ...roots])
  const seen = new CidSet()
  for (const { cid } of roots) await markDag(cid, seen, source)
  expect(marked).toEqual(hashesOf([...leaves.slice(0, 1500), leaves[1700]!, leaves[1800]!, shared, ...roots]))
  expect(read).toHaveLength(3)
  expect(seen.size).toBe(3)
  expect(unread).toEqual([canonicalCid(gone.cid)])
})

test('a single leaf, an identity CID, a block that is not what its link says', async () => {
  const [one, inner] = [leaf('one'), leaf('inner')]
  const within = CID.createV1(codecs.dagPb, create(0, node([inner]).bytes))
  const odd = leaf('\xff')
  const root = node([{ cid: within, bytes: odd.bytes }, { cid: CID.createV1(codecs.dagPb, odd.cid.multihash), bytes: odd.bytes }])
  const { source, marked } = storeOf([one, inner, odd, root])
  for (const cid of [one.cid, CID.createV1(codecs.raw, create(0, Buffer.from('x'))), within, root.cid]) await markDag(cid, new CidSet(), source)
  expect(marked).toEqual(hashesOf([one, inner, odd, root]))
})

test('stops at its signal and at what the source throws', async () => {
  const root = node([leaf('a')])
  const { source } = storeOf([root])
  await expect(markDag(root.cid, new CidSet(), source, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  await expect(markDag(root.cid, new CidSet(), { ...source, get: () => Promise.reject(new Error('the medium failed')) })).rejects.toThrow('the medium failed')
})
