import { buildFile, codecs, profiles, type Block } from '@thole/dag'
import { expect, test } from 'vitest'
import { openMemoryStore } from '../../blocks/index.ts'
import { measureDag } from './measure.ts'

const chunk = 256 * 1024
const chunks = 6

async function sixChunks() {
  const blocks: Block[] = []
  const bytes = Uint8Array.from({ length: chunks * chunk }, (_, i) => i >> 18)
  const { cid } = await buildFile((async function* () { yield bytes })(), profiles['nft-storage'], ({ cid: of, bytes: content }) => void blocks.push({ cid: of, bytes: content.slice() }))
  return { root: cid, blocks }
}

async function storeOf(blocks: readonly Block[]) {
  const store = openMemoryStore()
  const writer = store.writer()
  for (const block of blocks) await writer.put(block)
  await writer.commit()
  return store
}

test('all there: each distinct block once', async () => {
  const { root, blocks } = await sixChunks()
  const bytes = blocks.reduce((sum, block) => sum + block.bytes.length, 0)
  expect(await measureDag(await storeOf(blocks), root)).toEqual({ complete: true, bytes, blocks: chunks + 1 })
})

test('some missing: what is missing with its path, and how much was walked', async () => {
  const { root, blocks } = await sixChunks()
  const leaves = blocks.filter(({ cid }) => cid.code === codecs.raw)
  const gone = new Set([leaves[1], leaves[4]])
  const found = await measureDag(await storeOf(blocks.filter((block) => !gone.has(block))), root)
  expect(found).toMatchObject({ complete: false, missingCount: 2, blocks: chunks - 1 })
  expect(found.complete === false && found.missing.map(({ path }) => path)).toEqual(['1', '4'])
})

test('more than it may walk is DAG_LIMIT', async () => {
  const { root, blocks } = await sixChunks()
  await expect(measureDag(await storeOf(blocks), root, { maxBlocks: chunks })).rejects.toMatchObject({ code: 'DAG_LIMIT' })
})
