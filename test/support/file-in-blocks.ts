import { buildFile, profiles, type Block } from '@thole/dag'

/** A file of raw leaves, and its root apart from them. */
export async function fileInBlocks(bytes: Uint8Array, chunkBytes: number, cidVersion: 0 | 1 = 1): Promise<{ root: Block; leaves: Block[] }> {
  const blocks: Block[] = []
  const source = (async function* () { yield bytes })()
  await buildFile(source, { ...profiles['nft-storage'], cidVersion, rawLeaves: cidVersion === 1, chunkBytes }, async ({ cid, bytes: content }) => void blocks.push({ cid, bytes: content.slice() }))
  return { root: blocks.pop()!, leaves: blocks }
}
