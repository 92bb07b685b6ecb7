import { CidSet, type Block } from '@thole/dag'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openMemoryStore, type MemoryStore } from '../../blocks/memory-store.ts'
import { leaf, named as node } from '../testing/blocks.ts'
import { findDamage, type Found } from './find-damage.ts'

async function storeOf(blocks: readonly Block[], damaged: readonly Block[] = []): Promise<MemoryStore> {
  const store = openMemoryStore()
  await using writer = store.writer()
  for (const block of blocks) await writer.put(block)
  await writer.commit()
  for (const { cid } of damaged) {
    store.corrupt(cid.multihash.bytes)
    await store.get(cid.multihash.bytes).catch(() => {})
  }
  return store
}

const paths = ({ first }: Found) => first.map(({ path }) => path)

test('tells damaged leaves and nodes, each block once, by the first path that leads there', async () => {
  const [a, b, c] = [leaf('a'), leaf('b'), leaf('c')]
  const deep = node({ b, c })
  const root = node({ one: a, two: deep, three: b })
  const store = await storeOf([a, b, c, deep, root], [b])
  const found = await findDamage(root.cid, { blocks: store, clean: new CidSet() })
  expect(found.count).toBe(1)
  expect(found.first).toEqual([{ hash: Buffer.from(b.cid.multihash.bytes).toString('hex'), cid: b.cid.toString(), path: expect.stringMatching(/^(three|two\/b)$/) }])
  const hidden = await findDamage(root.cid, { blocks: await storeOf([a, b, c, deep, root], [deep, c]), clean: new CidSet() })
  expect(paths(hidden)).toEqual(['two'])
  expect(paths(await findDamage(root.cid, { blocks: await storeOf([a, b, c, deep, root], [root]), clean: new CidSet() }))).toEqual([''])
})

test('a block that is gone is damage too', async () => {
  const [a, b] = [leaf('a'), leaf('b')]
  const root = node({ a, b })
  expect(paths(await findDamage(root.cid, { blocks: await storeOf([a, root]), clean: new CidSet() }))).toEqual(['b'])
})

test('what is clean is read once for all DAGs; what is damaged is told for each', async () => {
  const bad = leaf('bad')
  const shared = node(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`n${i}`, node({ x: leaf(`${i}`) })])))
  const nodes = Array.from({ length: 50 }, (_, i) => node({ x: leaf(`${i}`) }))
  const dirty = node({ bad })
  const roots = Array.from({ length: 10 }, (_, i) => node({ shared, dirty, own: leaf(`own ${i}`) }))
  const leaves = Array.from({ length: 50 }, (_, i) => leaf(`${i}`))
  const store = await storeOf([bad, shared, dirty, ...nodes, ...leaves, ...roots, ...roots.map((_, i) => leaf(`own ${i}`))], [bad])
  let reads = 0
  const blocks = { ...store, get: (hash: Uint8Array) => (reads++, store.get(hash)) }
  const clean = new CidSet()
  for (const root of roots) expect(paths(await findDamage(root.cid, { blocks, clean }))).toEqual(['dirty/bad'])
  // 51 shared nodes once; root and `dirty` of each.
  expect(reads).toBe(51 + 20)
})

test('diamonds upon diamonds above a damaged block are walked once', async () => {
  const blocks = [leaf('bad')]
  for (let i = 0; i < 60; i++) blocks.push(node({ left: blocks.at(-1)!, right: blocks.at(-1)! }))
  const found = await findDamage(blocks.at(-1)!.cid, { blocks: await storeOf(blocks, [blocks[0]!]), clean: new CidSet() })
  expect([found.count, paths(found)]).toEqual([1, [Array(60).fill('left').join('/')]])
})

test('any DAG: finds exactly the reachable damage, with a memory shared by several roots', async () => {
  const shape = fc.array(fc.array(fc.nat(1_000), { maxLength: 4 }), { minLength: 1, maxLength: 25 })
  await fc.assert(
    fc.asyncProperty(shape, fc.array(fc.nat(1_000), { maxLength: 4 }), async (links, damage) => {
      // Block i links to earlier ones only.
      const blocks: Block[] = []
      links.forEach((to, i) => blocks.push(i === 0 || to.length === 0 ? leaf(`leaf ${i}`) : node(Object.fromEntries(to.map((at, n) => [`${n}-${i}`, blocks[at % i]!])))))
      const bad = [...new Set(damage.map((at) => blocks[at % blocks.length]!))]
      const isBad = (block: Block) => bad.some(({ cid }) => cid.equals(block.cid))
      const store = await storeOf(blocks, bad)
      const reachable = (at: number, into = new Set<number>()): Set<number> => {
        into.add(at)
        if (!isBad(blocks[at]!) && at > 0) for (const to of links[at]!) if (!into.has(to % at)) reachable(to % at, into)
        return into
      }
      const clean = new CidSet()
      for (let root = blocks.length - 1; root >= 0; root -= 3) {
        const expected = new Set([...reachable(root)].map((at) => blocks[at]!).filter(isBad).map(({ cid }) => cid.toString()))
        const found = await findDamage(blocks[root]!.cid, { blocks: store, clean })
        expect(new Set(found.first.map(({ cid }) => cid))).toEqual(expected)
        expect(found.count).toBe(expected.size)
      }
    }),
    { numRuns: 200 },
  )
})
