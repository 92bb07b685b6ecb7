/** Blocks in memory, at most `maxBytes` of them; those that were asked for longest ago go first. */
export interface KeptBlocks {
  get(key: string): Uint8Array | undefined
  put(key: string, bytes: Uint8Array): void
}

/** Of a key and its place. */
const entryBytes = 200

export function keptBlocks(maxBytes: number): KeptBlocks {
  const known = new Map<string, Uint8Array>()
  let held = 0

  function forget(key: string, bytes: Uint8Array): void {
    known.delete(key)
    held -= bytes.length + entryBytes
  }

  return {
    get(key) {
      const bytes = known.get(key)
      if (bytes === undefined) return undefined
      // Moved to the end.
      known.delete(key)
      known.set(key, bytes)
      return bytes
    },
    put(key, bytes) {
      const before = known.get(key)
      if (before) forget(key, before)
      known.set(key, bytes)
      held += bytes.length + entryBytes
      for (const [oldest, its] of known) {
        if (held <= maxBytes) return
        forget(oldest, its)
      }
    },
  }
}
