import type { Block } from '@thole/dag'

/** Multihash bytes: the key of a block. The same bytes under another codec are the same block. */
export type Multihash = Uint8Array

/** At once where the driver knows at once: a walk asks millions of times. */
export type Awaitable<T> = T | Promise<T>

/** Bytes of each block that was asked for, in order; undefined where it is not here, or is damaged. */
export type Sizes = readonly (number | undefined)[]

export interface StoreOptions {
  signal?: AbortSignal
}

/**
 * One act of relying on the store: writing blocks, or finding that they are here already. Blocks put here may be shared with readers at
 * once, but nothing may be acknowledged to anybody before `commit` has resolved: it makes every block that this writer put, *and every
 * block that it skipped because the store already had it*, durable. Until the writer ends, a reclaim takes away nothing that it put, skipped
 * or claimed: whoever makes a row that holds these blocks ends the writer after the row is committed.
 */
export interface BlockWriter extends AsyncDisposable {
  /**
   * Takes one verified block (the caller has checked the hash; the store does not hash again). Identity blocks are passed
   * over: their CID is their bytes. A block that is here but damaged is stored anew.
   * Resolves when the writer may be given more: awaiting it is the back-pressure. Then `bytes` is the
   * caller's again, to be filled with something else.
   */
  put(block: Block): Promise<void>
  /** Which of these are here (durable, undamaged); those stay until this writer ends. No identity hashes. */
  claim(hashes: readonly Multihash[]): Awaitable<Sizes>
  /** Everything put so far is on stable storage, index included. May be called several times (checkpoints). */
  commit(): Promise<void>
  /** Gives up what was not committed, which may stay as unreferenced bytes, and lets go of the rest. May be called twice; so does `await using`. */
  end(): Promise<void>
}

export interface BlockStoreStats {
  /** Distinct blocks. */
  blocks: number
  /** Bytes of the segments on the medium. */
  bytes: number
  /** Free bytes on the medium, Infinity where that has no meaning. */
  free: number
  segments: number
  /** Blocks in quarantine. */
  damaged: number
}

/** What a segment holds. */
export interface SegmentFacts {
  name: string
  bytes: number
  /** About so many of them are of blocks that are found here, damaged ones too; the rest is given back by a reclaim. */
  live: number
  /** Blocks of it that are in quarantine; undefined where that is not known of one segment. */
  damaged?: number
}

export interface SegmentFile {
  name: string
  path: string
  bytes: number
}

/** Blocks by multihash, in append-only segments. Drivers: memory, disk, S3. */
export interface BlockStore {
  writer(options?: StoreOptions): BlockWriter
  has(hash: Multihash): Promise<boolean>
  /**
   * The bytes, checked, or undefined where this store does not have them. Their ArrayBuffer is the caller's own: nobody else has a part of
   * it. Fault BLOCK_DAMAGED where they do not match their hash (any more), INTERNAL where the medium failed.
   */
  get(hash: Multihash, options?: StoreOptions): Promise<Uint8Array | undefined>
  /**
   * The first of these blocks, and as many of those after it as lie behind it on the medium, by one read of at most `maxBytes`
   * (default 4 MiB; the first block comes whole whatever its size). Empty where the first is not here. Faults as `get`, for the first alone.
   * The arrays may share an ArrayBuffer, which is the caller's own.
   */
  getRun(hashes: readonly Multihash[], options?: StoreOptions & { maxBytes?: number }): Promise<Uint8Array[]>
  /** Length in bytes without reading the block, or undefined. */
  size(hash: Multihash): Promise<number | undefined>
  stats(): Promise<BlockStoreStats>
  /** As in `stats`, at little cost. */
  free(): Promise<number>
  /** Begins to free what nobody marks. One at a time: fault CONFLICT. */
  reclaim(): Promise<ReclaimRun>
  /** Rehashes everything behind `after` in steps of some megabytes, quarantining what does not match. The caller sets the pace. */
  scrub(options?: StoreOptions & { after?: string }): AsyncIterable<ScrubStep>
  /** What is in quarantine, at most `limit`. */
  damaged(limit: number): Promise<Multihash[]>
  /** Calls back when a read or a scrub finds a bad block. Returns how to stop. */
  onDamage(listener: (hash: Multihash) => void): () => void
  /** Compares index and segments without changing either; also while others write. */
  check(options?: StoreOptions): AsyncIterable<CheckStep>
  /** The first segments in their order, at most `limit`; of many blocks it takes seconds, in slices. */
  segments(limit: number): Promise<SegmentFacts[]>
  /** Where blocks lie in files of this machine: which these are now, and how many bytes of each are durable. A file changes at its end alone, and goes with a reclaim alone. */
  files?(): readonly SegmentFile[]
  /** Waits for writers under way to settle, flushes, releases the lock. */
  close(): Promise<void>
}

/**
 * Frees blocks: first everything that is wanted is marked, then the rest is swept away. What writers put, skip or claim from the
 * beginning of the run on counts as marked, as does all that writers of before rely on and have not let go.
 */
export interface ReclaimRun extends AsyncDisposable {
  /** Marks those that are here; tells their sizes. */
  mark(hashes: readonly Multihash[]): Awaitable<Sizes>
  /** After it was called nothing more is marked. Blocks vanish in slices; space comes back segment by segment. `signal` ends it between two. */
  sweep(options?: StoreOptions & SweepOptions): AsyncIterable<SweepStep>
  /** Ends the run; without a sweep nothing has changed. */
  end(): Promise<void>
}

export interface SweepOptions {
  /** A segment of which less than this share is live is rewritten. Default 0.7. */
  liveRatio?: number
}

/** What one step of a sweep did. */
export interface SweepStep {
  /** Blocks that are no longer found. */
  blocks: number
  /** Bytes given back to the medium; negative where a segment was rewritten before its old form is gone. */
  bytes: number
}

export interface ScrubStep {
  /** Where to go on after this step. */
  cursor: string
  blocks: number
  bytes: number
  damaged: Multihash[]
}

export interface CheckStep {
  blocks: number
  bytes: number
  /** Bytes of the whole store, for progress. */
  of: number
  /** In words, one each; none: all is well so far. */
  problems: string[]
}
