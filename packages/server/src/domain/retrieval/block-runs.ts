import type { CID } from 'multiformats/cid'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Moderation } from '../moderation/index.ts'

export interface BlockRunsParts {
  blocks: Pick<BlockStore, 'getRun'>
  moderation: Pick<Moderation, 'assertAllowed' | 'isBlocked'>
  /** The first of these, which is not here; throws what is to be told of it. The others are wanted next. */
  elsewhere(cids: readonly CID[], options: { signal?: AbortSignal }): Promise<Uint8Array>
}

/**
 * The first of these blocks, and as many of those after it as one read of `maxBytes` gives; of blocks that nobody else has a part of. No
 * identity CIDs. Faults as `get` does, for the first alone.
 */
export type GetRun = (cids: readonly CID[], options: { signal?: AbortSignal; maxBytes: number }) => Promise<Uint8Array[]>

export function blockRuns({ blocks, moderation, elsewhere }: BlockRunsParts): GetRun {
  return async (cids, options) => {
    const [first] = cids
    if (first === undefined) return []
    moderation.assertAllowed(first)
    const blocked = cids.findIndex((cid) => moderation.isBlocked(cid))
    const asked = blocked < 0 ? cids : cids.slice(0, blocked)
    const run = await blocks.getRun(asked.map(({ multihash }) => multihash.bytes), options)
    return run.length > 0 ? run : [await elsewhere(asked, options)]
  }
}
