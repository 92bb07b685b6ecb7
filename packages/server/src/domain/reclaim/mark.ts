import { CidSet, markDag } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { toFault } from '../../kernel/faults.ts'
import type { BlockStore, Multihash, ReclaimRun } from '../../ports/block-store.ts'

/** A block with links that could not be read, so that nobody knows what lies below it. */
export interface Unread {
  cid: CID
  why: 'absent' | 'damaged'
}

/** Marks many DAGs that share blocks: of those that are complete, each block with links is read once. */
export interface Marker extends Disposable {
  /**
   * Marks what is here of a DAG. Returns a block that makes it impossible to tell what else is: one with links that is damaged, or that
   * is not here though the DAG is complete.
   */
  mark(root: CID, isComplete: boolean): Promise<Unread | undefined>
}

/** Damaged blocks that can be told from absent ones; where there are more, every one that is not here counts as damaged. */
const maxDamaged = 100_000

export async function createMarker(blocks: BlockStore, run: ReclaimRun, signal: AbortSignal): Promise<Marker> {
  const whole = new CidSet()
  // Apart, since something may be absent below those.
  const partial = new CidSet()
  const damaged = new Set<string>()
  const note = (hash: Multihash) => void damaged.add(keyOf(hash))
  const stop = blocks.onDamage(note)
  for (const hash of await blocks.damaged(maxDamaged)) note(hash)

  async function read({ multihash }: CID): Promise<Uint8Array | undefined> {
    try {
      return await blocks.get(multihash.bytes, { signal })
    } catch (error) {
      if (toFault(error).code !== 'BLOCK_DAMAGED') throw error
      note(multihash.bytes)
      return undefined
    }
  }

  return {
    async mark(root, isComplete) {
      let first: Unread | undefined
      const unread = (cid: CID) => {
        const isDamaged = damaged.size >= maxDamaged || damaged.has(keyOf(cid.multihash.bytes))
        if (isDamaged || isComplete) first ??= { cid, why: isDamaged ? 'damaged' : 'absent' }
      }
      await markDag(root, isComplete ? whole : partial, { mark: (hashes) => run.mark(hashes), get: read, unread }, { signal })
      return first
    },
    [Symbol.dispose]: stop,
  }
}

function keyOf(hash: Multihash): string {
  return Buffer.from(hash).toString('base64')
}
