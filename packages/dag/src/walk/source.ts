import type { CID } from 'multiformats/cid'

/** At once where the source knows at once: a walk asks millions of times. */
export type Awaitable<T> = T | Promise<T>

/** Where a walk looks for blocks. Never asked for identity CIDs. */
export interface WalkSource {
  /** Bytes of the block of each multihash, in order; undefined where it is not here. */
  sizes(hashes: readonly Uint8Array[]): Awaitable<readonly (number | undefined)[]>
  /** A block that `sizes` found; undefined where it cannot be read, and so counts as missing. */
  get(cid: CID): Awaitable<Uint8Array | undefined>
}
