import type { CID } from 'multiformats/cid'

export interface Block {
  cid: CID
  bytes: Uint8Array
}

/** Takes each block once; returning nothing keeps the builder from waiting. */
export type BlockSink = (block: Block) => Promise<void> | void

/** Where blocks are read from; `get` throws when the block is missing. */
export interface BlockSource {
  get(cid: CID, options?: { signal?: AbortSignal }): Promise<Uint8Array>
}
