import { type BlockSource, identityBytes, isLeaf } from '@thole/dag'

export interface OwnLeaves extends BlockSource {
  /** Frees the leaf that a chunk is of, once nobody reads it any more. Other chunks stay. */
  free(chunk: Uint8Array): void
}

/**
 * The blocks of one response. Leaves are freed as soon as they were sent: left to the garbage collector, megabytes at the rate of a
 * socket keep it busy. Blocks with links are not: CIDs may be views of them.
 */
export function ownLeaves(source: BlockSource): OwnLeaves {
  const own = new WeakSet<ArrayBufferLike>()
  return {
    async get(cid, options) {
      const bytes = await source.get(cid, options)
      if (isLeaf(cid) && identityBytes(cid) === undefined) own.add(bytes.buffer)
      return bytes
    },
    free({ buffer }) {
      if (own.delete(buffer) && buffer instanceof ArrayBuffer) buffer.transfer(0)
    },
  }
}
