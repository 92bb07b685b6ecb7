/**
 * Memory of blocks on their way to one reader. It is freed as soon as all of it was given back: left to the garbage collector, megabytes at
 * the rate of a socket keep it busy.
 */
export interface ChunkMemory {
  /** These blocks are of this reader alone; each gives at most one chunk. */
  hold(blocks: readonly Uint8Array[]): void
  /** A chunk goes to the reader. */
  lend<T extends Uint8Array>(chunk: T): T
  /** The reader has no more use for a chunk. What was not lent, or is of others, stays. */
  giveBack(chunk: Uint8Array): void
}

export function chunkMemory(): ChunkMemory {
  /** Blocks that lie in it and were not given back. */
  const held = new WeakMap<ArrayBufferLike, number>()
  const lent = new WeakSet<Uint8Array>()
  return {
    hold(blocks) {
      for (const { buffer } of blocks) held.set(buffer, (held.get(buffer) ?? 0) + 1)
    },
    lend(chunk) {
      lent.add(chunk)
      return chunk
    },
    giveBack(chunk) {
      const { buffer } = chunk
      const left = held.get(buffer)
      if (!lent.delete(chunk) || left === undefined) return
      held.set(buffer, left - 1)
      if (left === 1 && buffer instanceof ArrayBuffer) buffer.transfer(0)
    },
  }
}
