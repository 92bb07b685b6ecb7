import type { Block } from '@thole/dag'
import type { BlockStore, BlockWriter, Multihash } from '../ports/block-store.ts'

/** Blocks in memory: for tests, and for what needs to last no longer than the process. */
export function openMemoryStore(): BlockStore {
  const blocks = new Map<string, Uint8Array>()
  let bytes = 0
  const keyOf = (hash: Multihash) => Buffer.from(hash).toString('latin1')

  function writer(): BlockWriter {
    let mine: Block[] = []
    return {
      async put(block) {
        if (block.cid.multihash.code !== 0x00) mine.push({ cid: block.cid, bytes: new Uint8Array(block.bytes) })
      },
      async commit() {
        for (const block of mine) {
          const key = keyOf(block.cid.multihash.bytes)
          if (blocks.has(key)) continue
          blocks.set(key, block.bytes)
          bytes += block.bytes.length
        }
        mine = []
      },
      async abort() {
        mine = []
      },
    }
  }

  return {
    writer,
    has: async (hash) => blocks.has(keyOf(hash)),
    async get(hash) {
      const bytes = blocks.get(keyOf(hash))
      return bytes && new Uint8Array(bytes)
    },
    size: async (hash) => blocks.get(keyOf(hash))?.length,
    stats: async () => ({ blocks: blocks.size, bytes, free: Number.POSITIVE_INFINITY, segments: 0 }),
    close: async () => blocks.clear(),
  }
}
