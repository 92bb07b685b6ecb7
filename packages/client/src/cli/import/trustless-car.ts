import { CidSet, linksToFollow, readCar, type Block } from '@thole/dag'
import type { CID } from 'multiformats/cid'

/**
 * The blocks of a CAR that a stranger sent for a root: each matches its hash, and each is one that the blocks before it lead to, since all
 * else was not asked for.
 * @throws DagError INVALID_CAR, HASH_MISMATCH; an Error for a block that does not belong here
 */
export async function* blocksBelow(root: CID, car: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Block> {
  const { blocks } = await readCar(car, { signal })
  const wanted = new CidSet()
  const known = new CidSet()
  wanted.add(root.code, root.multihash.bytes)
  for await (const block of blocks) {
    const { code, multihash } = block.cid
    if (!wanted.has(code, multihash.bytes)) throw new Error(`it sent block ${block.cid}, which was not asked for`)
    if (!known.add(code, multihash.bytes)) continue
    for (const link of linksToFollow(block.cid, block.bytes)) wanted.add(link.code, link.multihash.bytes)
    yield block
  }
}

/** The same as far as it goes: what came before a stream broke is not lost. `tell` hears why it ended. */
export async function* asFarAsItGoes(blocks: AsyncIterable<Block>, tell: (error: unknown) => void): AsyncGenerator<Block> {
  try {
    yield* blocks
  } catch (error) {
    tell(error)
  }
}
