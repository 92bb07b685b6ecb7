import type { Block } from '@thole/dag'

/** Multihash bytes: the key of a block. The same bytes under another codec are the same block. */
export type Multihash = Uint8Array

export interface StoreOptions {
  signal?: AbortSignal
}

/**
 * One act of writing. Blocks put here may be shared with readers at once, but nothing may be
 * acknowledged to anybody before `commit` has resolved: it makes every block that this writer put,
 * *and every block that it skipped because the store already had it*, durable.
 */
export interface BlockWriter {
  /**
   * Takes one verified block (the caller has checked the hash; the store does not hash again). Identity blocks are passed
   * over: their CID is their bytes.
   * Resolves when the writer may be given more: awaiting it is the back-pressure. Then `bytes` is the
   * caller's again, to be filled with something else.
   */
  put(block: Block): Promise<void>
  /** Everything put so far is on stable storage, index included. May be called several times (checkpoints). */
  commit(): Promise<void>
  /** Gives up. Blocks not committed may stay as unreferenced bytes; they never count as acknowledged. */
  abort(): Promise<void>
}

export interface BlockStoreStats {
  /** Distinct blocks. */
  blocks: number
  /** Bytes of the segments on the medium. */
  bytes: number
  /** Free bytes on the medium, Infinity where that has no meaning. */
  free: number
  segments: number
}

/** Blocks by multihash, in append-only segments. Drivers: memory, disk. */
export interface BlockStore {
  writer(options?: StoreOptions): BlockWriter
  has(hash: Multihash): Promise<boolean>
  /**
   * The bytes, or undefined where this store does not have them. Their ArrayBuffer is the caller's own: nobody else has a part of
   * it. Fault INTERNAL where the medium failed.
   */
  get(hash: Multihash, options?: StoreOptions): Promise<Uint8Array | undefined>
  /** Length in bytes without reading the block, or undefined. */
  size(hash: Multihash): Promise<number | undefined>
  stats(): Promise<BlockStoreStats>
  /** Waits for writers under way to settle, flushes, releases the lock. */
  close(): Promise<void>
}
