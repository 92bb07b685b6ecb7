import { fault } from '../kernel/faults.ts'
import type { BlockStore, BlockWriter, Multihash, StoreOptions } from '../ports/block-store.ts'

/** Blocks in a map: for tests, and for stores that need not outlive their process. */
export function openMemoryStore(): BlockStore {
  const blocks = new Map<string, Uint8Array>()
  let closed = false

  function writer({ signal }: StoreOptions = {}): BlockWriter {
    const pending = new Map<string, Uint8Array>()
    const demandOpen = () => {
      if (closed) throw fault('SHUTTING_DOWN')
      if (signal?.aborted) throw fault('ABORTED', {}, { cause: signal.reason })
    }
    return {
      async put({ cid, bytes }) {
        demandOpen()
        pending.set(keyOf(cid.multihash.bytes), bytes)
      },
      async commit() {
        demandOpen()
        // Copied, because after the commit the arrays are the caller's again.
        for (const [key, bytes] of pending) if (!blocks.has(key)) blocks.set(key, bytes.slice())
        pending.clear()
      },
      async abort() {
        pending.clear()
      },
    }
  }

  return {
    writer,
    has: async (hash) => blocks.has(keyOf(hash)),
    async get(hash, { signal } = {}) {
      if (signal?.aborted) throw fault('ABORTED', {}, { cause: signal.reason })
      return blocks.get(keyOf(hash))?.slice()
    },
    size: async (hash) => blocks.get(keyOf(hash))?.length,
    async stats() {
      let bytes = 0
      for (const block of blocks.values()) bytes += block.length
      return { blocks: blocks.size, bytes, free: Infinity, segments: 0 }
    },
    async close() {
      closed = true
    },
  }
}

function keyOf(hash: Multihash): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.length).toString('latin1')
}
