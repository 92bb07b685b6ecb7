import * as dagCbor from '@ipld/dag-cbor'
import { codecs, type Block } from '@thole/dag'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { openMemoryStore } from '../../blocks/memory-store.ts'
import { blockOf, leaf, node } from '../testing/blocks.ts'
import { walked } from './testing/house.ts'
import { openWalker } from './walker.ts'

async function storeOf(blocks: readonly Block[]) {
  const store = openMemoryStore()
  await using writer = store.writer()
  for (const block of blocks) await writer.put(block)
  await writer.commit()
  return store
}

/** Each block links to some of those before it, so that much is shared. */
const graphs = fc
  .array(fc.record({ links: fc.array(fc.nat(), { maxLength: 5 }), isStored: fc.boolean(), stays: fc.integer({ min: 0, max: 5 }) }), { minLength: 1, maxLength: 30 })
  .map((shapes) => {
    const blocks: Block[] = []
    for (const [i, { links }] of shapes.entries()) blocks.push(i === 0 || links.length === 0 ? leaf(`leaf ${i}`) : node(...links.map((to) => blocks[to % i]!)))
    return { blocks, stored: blocks.filter((_, i) => shapes[i]!.stays > 0) }
  })

test('finds what a walk of each DAG by itself finds, whatever is remembered', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.constantFrom(0, 10, 1_000_000), async ({ blocks, stored }, maxKept) => {
      const store = await storeOf(stored)
      await using walker = openWalker(store, { maxKept })
      for (const { cid } of [...blocks, ...blocks]) {
        const { missing, ...size } = await walked(store, cid)
        expect(await walker.measure(cid)).toMatchObject({ ...size, missing: missing.length, damaged: 0 })
      }
    }),
    { numRuns: 100 },
  )
})

test('follows identity CIDs and does not count them', async () => {
  const below = leaf('below')
  const inline = { cid: CID.createV1(codecs.dagCbor, create(0, dagCbor.encode([below.cid]))), bytes: new Uint8Array() }
  const text = { cid: CID.createV1(codecs.raw, create(0, Buffer.from('text'))), bytes: new Uint8Array() }
  const top = node(inline, text)
  const store = await storeOf([top, below])
  await using walker = openWalker(store)
  for (let times = 0; times < 2; times++) expect(await walker.measure(top.cid)).toMatchObject({ blocks: 2, bytes: top.bytes.length + 5, missing: 0 })
})

test('a node is read once, however many DAGs have it', async () => {
  const shared = node(...Array.from({ length: 100 }, (_, i) => leaf(`${i}`)))
  const tops = Array.from({ length: 50 }, (_, i) => node(shared, leaf(`top ${i}`)))
  const store = await storeOf([shared, ...tops, ...tops.map((_, i) => leaf(`top ${i}`)), ...Array.from({ length: 100 }, (_, i) => leaf(`${i}`))])
  let reads = 0
  await using walker = openWalker({ ...store, get: (hash) => (reads++, store.get(hash)) })
  for (const { cid } of tops) expect((await walker.measure(cid)).blocks).toBe(103)
  expect(reads).toBe(51)
})

test('tells damage apart from absence', async () => {
  const [good, bad, gone] = [leaf('good'), leaf('bad'), leaf('gone')]
  const top = node(good, bad, gone)
  const store = await storeOf([good, bad, top])
  store.corrupt(bad.cid.multihash.bytes)
  await expect(store.get(bad.cid.multihash.bytes)).rejects.toThrow()
  await using walker = openWalker(store)
  expect(await walker.measure(top.cid)).toEqual({ blocks: 2, bytes: top.bytes.length + 4, missing: 1, firstMissing: gone.cid, damaged: 1, firstDamaged: bad.cid })
})

test('ends with its signal, and at its limit', async () => {
  const top = node(node(leaf('a')), node(leaf('b')), node(leaf('c')))
  const store = await storeOf([top])
  await using narrow = openWalker(store, { maxPending: 2 })
  await expect(narrow.measure(top.cid)).rejects.toMatchObject({ code: 'DAG_LIMIT' })
  await using ended = openWalker(store, { signal: AbortSignal.abort(new Error('enough')) })
  await expect(ended.measure(top.cid)).rejects.toThrow('enough')
})

test('blocks that are not what their codec says are a fault', async () => {
  const odd = blockOf(codecs.dagCbor, Buffer.from([0xff]))
  await using walker = openWalker(await storeOf([odd]))
  await expect(walker.measure(odd.cid)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
})
