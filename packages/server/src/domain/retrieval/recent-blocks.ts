import type { BlockSource } from '@thole/dag'

export interface RecentLimits {
  /** Milliseconds after which a block is read, and so checked, again. */
  maxAge: number
  /** Of all blocks that are remembered. */
  maxBytes: number
}

interface Recent {
  bytes: Uint8Array
  until: number
}

/**
 * Blocks that were read a moment ago, for those of which one part after the other is asked for. Their memory is shared: nobody may change
 * or free it.
 */
export function recentBlocks(source: BlockSource, { maxAge, maxBytes }: RecentLimits): BlockSource {
  /** The oldest first. */
  const known = new Map<string, Recent>()
  let held = 0

  function forget(key: string): void {
    held -= known.get(key)?.bytes.length ?? 0
    known.delete(key)
  }

  function makeRoom(now: number): void {
    for (const [key, { until }] of known) {
      if (held <= maxBytes && now < until) return
      forget(key)
    }
  }

  return {
    async get(cid, options) {
      const { buffer, byteOffset, byteLength } = cid.multihash.bytes
      const key = Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
      const recent = known.get(key)
      const now = performance.now()
      if (recent && now < recent.until) return recent.bytes
      const bytes = await source.get(cid, options)
      forget(key)
      known.set(key, { bytes, until: now + maxAge })
      held += bytes.length
      makeRoom(now)
      return bytes
    },
  }
}
