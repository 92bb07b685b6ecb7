import { buildFile, codecs, DagTracker, profiles, type Block } from '@thole/dag'
import { expect, test } from 'vitest'
import { openMemoryStore } from '../../blocks/index.ts'
import { claimingSource, measureOf } from './measure.ts'

const chunk = 256 * 1024
const chunks = 6

async function sixChunks() {
  const blocks: Block[] = []
  const bytes = Uint8Array.from({ length: chunks * chunk }, (_, i) => i >> 18)
  const { cid } = await buildFile((async function* () { yield bytes })(), profiles['nft-storage'], ({ cid: of, bytes: content }) => void blocks.push({ cid: of, bytes: content.slice() }))
  return { root: cid, blocks }
}

async function measured(root: Block['cid'], blocks: readonly Block[], damage?: Block) {
  const store = openMemoryStore()
  await using writer = store.writer()
  for (const block of blocks) await writer.put(block)
  await writer.commit()
  if (damage) store.corrupt(damage.cid.multihash.bytes)
  const tracker = new DagTracker(root)
  const source = claimingSource(store, writer)
  await tracker.advance(source)
  return measureOf(tracker, source)
}

test('all there: each distinct block once', async () => {
  const { root, blocks } = await sixChunks()
  const bytes = blocks.reduce((sum, block) => sum + block.bytes.length, 0)
  expect(await measured(root, blocks)).toEqual({ complete: true, bytes, blocks: chunks + 1 })
})

test('some missing: what is missing, with its path', async () => {
  const { root, blocks } = await sixChunks()
  const leaves = blocks.filter(({ cid }) => cid.code === codecs.raw)
  const gone = [leaves[1]!, leaves[4]!]
  const missing = gone.map(({ cid }, i) => ({ cid: cid.toString(), path: ['1', '4'][i] }))
  expect(await measured(root, blocks.filter((block) => !gone.includes(block)))).toMatchObject({ complete: false, missingCount: 2, missing })
})

test('a node that is damaged is missing', async () => {
  const { root, blocks } = await sixChunks()
  const top = blocks.find(({ cid }) => cid.equals(root))!
  expect(await measured(root, blocks, top)).toMatchObject({ complete: false, missingCount: 1, missing: [{ path: '' }] })
})
