import type { Block } from '@thole/dag'
import { fault } from '../kernel/faults.ts'
import type { BlockStore, BlockWriter, Multihash, ReclaimRun } from '../ports/block-store.ts'
import { isIntact } from './intact.ts'

export interface MemoryStore extends BlockStore {
  /** Changes the bytes of a block, as a bad disk would. */
  corrupt(hash: Multihash): void
}

/** Blocks in memory: for tests, and for what needs to last no longer than the process. */
export function openMemoryStore(): MemoryStore {
  const blocks = new Map<string, Uint8Array>()
  const bad = new Set<string>()
  const relying = new Set<Set<string>>()
  const listeners = new Set<(hash: Multihash) => void>()
  let marked: Set<string> | undefined

  const sizeOf = (key: string) => (bad.has(key) ? undefined : blocks.get(key)?.length)

  function quarantine(key: string): void {
    if (bad.has(key)) return
    bad.add(key)
    for (const listener of listeners) listener(hashOf(key))
  }

  function read(key: string): Uint8Array | undefined {
    const bytes = blocks.get(key)
    if (bytes === undefined) return undefined
    if (!bad.has(key) && isIntact(hashOf(key), bytes)) return new Uint8Array(bytes)
    quarantine(key)
    throw fault('BLOCK_DAMAGED')
  }

  function writer(): BlockWriter {
    const relied = new Set<string>()
    let mine: Block[] = []
    relying.add(relied)
    const rely = (key: string) => {
      relied.add(key)
      marked?.add(key)
    }
    const end = async () => {
      mine = []
      relying.delete(relied)
    }
    return {
      async put(block) {
        if (block.cid.multihash.code === 0x00) return
        rely(keyOf(block.cid.multihash.bytes))
        mine.push({ cid: block.cid, bytes: new Uint8Array(block.bytes) })
      },
      claim(hashes) {
        return hashes.map((hash) => {
          const key = keyOf(hash)
          const size = sizeOf(key)
          if (size !== undefined) rely(key)
          return size
        })
      },
      async commit() {
        for (const { cid, bytes } of mine.splice(0)) {
          const key = keyOf(cid.multihash.bytes)
          if (blocks.has(key) && !bad.delete(key)) continue
          blocks.set(key, bytes)
        }
      },
      end,
      [Symbol.asyncDispose]: end,
    }
  }

  async function reclaim(): Promise<ReclaimRun> {
    if (marked) throw fault('CONFLICT', { reason: 'a reclaim is under way' })
    const live = (marked = new Set([...relying].flatMap((relied) => [...relied])))
    const end = async () => {
      if (marked === live) marked = undefined
    }
    return {
      mark: (hashes) =>
        hashes.map((hash) => {
          live.add(keyOf(hash))
          return sizeOf(keyOf(hash))
        }),
      async *sweep() {
        const dead = [...blocks.keys()].filter((key) => !live.has(key))
        let bytes = 0
        for (const key of dead) {
          bytes += blocks.get(key)!.length
          blocks.delete(key)
          bad.delete(key)
        }
        yield { blocks: dead.length, bytes }
      },
      end,
      [Symbol.asyncDispose]: end,
    }
  }

  return {
    writer,
    reclaim,
    has: async (hash) => sizeOf(keyOf(hash)) !== undefined,
    get: async (hash) => read(keyOf(hash)),
    async getRun(hashes) {
      const bytes = hashes[0] && read(keyOf(hashes[0]))
      return bytes ? [bytes] : []
    },
    size: async (hash) => sizeOf(keyOf(hash)),
    async stats() {
      const bytes = [...blocks.values()].reduce((sum, { length }) => sum + length, 0)
      return { blocks: blocks.size, bytes, free: Number.POSITIVE_INFINITY, segments: 0, damaged: bad.size }
    },
    free: async () => Number.POSITIVE_INFINITY,
    segments: async () => [],
    async *scrub({ after = '' } = {}) {
      for (const [key, bytes] of [...blocks].sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (key <= after) continue
        const isBad = bad.has(key) || !isIntact(hashOf(key), bytes)
        if (isBad) quarantine(key)
        yield { cursor: key, blocks: 1, bytes: bytes.length, damaged: isBad ? [hashOf(key)] : [] }
      }
    },
    damaged: async (limit) => [...bad].slice(0, limit).map(hashOf),
    onDamage(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async *check() {
      const of = [...blocks.values()].reduce((sum, { length }) => sum + length, 0)
      yield { blocks: blocks.size, bytes: of, of, problems: [] }
    },
    close: async () => blocks.clear(),
    corrupt(hash) {
      const key = keyOf(hash)
      const bytes = new Uint8Array(blocks.get(key)!)
      bytes[0]! ^= 1
      blocks.set(key, bytes)
    },
  }
}

/** Sorts as it reads, also as a scrub's cursor. */
function keyOf(hash: Multihash): string {
  return Buffer.from(hash).toString('hex')
}

function hashOf(key: string): Multihash {
  return new Uint8Array(Buffer.from(key, 'hex'))
}
