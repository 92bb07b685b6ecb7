import { toFault } from '../../kernel/faults.ts'
import type { BlockStore, Multihash, StoreOptions } from '../../ports/block-store.ts'

/** Bytes of a block, or undefined where it is not here or damaged: both mean that somebody has to bring it. */
export async function intactBlock(blocks: BlockStore, hash: Multihash, options?: StoreOptions): Promise<Uint8Array | undefined> {
  try {
    return await blocks.get(hash, options)
  } catch (error) {
    if (toFault(error).code === 'BLOCK_DAMAGED') return undefined
    throw error
  }
}
