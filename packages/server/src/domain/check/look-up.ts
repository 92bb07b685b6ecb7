import type { CID } from 'multiformats/cid'
import { toFault } from '../../kernel/faults.ts'
import type { BlockStore, StoreOptions } from '../../ports/block-store.ts'

/** Why a block is not to be had. */
export type Lack = 'absent' | 'damaged'

export interface LookUp extends AsyncDisposable {
  read(cid: CID): Promise<Uint8Array | Lack>
  /** Bytes of each, in their order. */
  sizes(cids: readonly CID[]): Promise<(number | Lack)[]>
}

/** A writer remembers what it claimed until it ends. */
const maxClaimed = 100_000

/** Many look-ups at once are what a writer's `claim` is made for, whatever the driver. */
export function openLookUp(blocks: BlockStore, options: StoreOptions): LookUp {
  let writer = blocks.writer(options)
  let claimed = 0

  async function read(cid: CID): Promise<Uint8Array | Lack> {
    try {
      return (await blocks.get(cid.multihash.bytes, options)) ?? 'absent'
    } catch (error) {
      if (toFault(error).code !== 'BLOCK_DAMAGED') throw error
      return 'damaged'
    }
  }

  return {
    read,

    async sizes(cids) {
      if (claimed > maxClaimed) {
        await writer.end()
        writer = blocks.writer(options)
        claimed = 0
      }
      claimed += cids.length
      const sizes = await writer.claim(cids.map(({ multihash }) => multihash.bytes))
      const found: (number | Lack)[] = []
      for (const [i, size] of sizes.entries()) {
        const look = size ?? (await read(cids[i]!))
        // It came between the two looks.
        found.push(look instanceof Uint8Array ? look.length : look)
      }
      return found
    },

    [Symbol.asyncDispose]: () => writer.end(),
  }
}
