import type { Origin } from '../addresses.ts'

/**
 * What the house and the network process say to each other. A frame is a 32-bit little-endian length of what
 * follows, one byte of kind, and the body: binary for what happens per block, JSON for what happens per fetch.
 */
export const kinds = {
  // the house → the process
  config: 1, // GuestConfig
  origins: 2, // OriginsFrame; the first one opens the fetch
  close: 3, // fetch
  want: 4, // fetch, then (length, CID)…
  cancel: 5, // fetch, then (length, CID)…
  taken: 6, // fetch, bytes: the consumer took so much
  got: 7, // question, found, bytes of the block
  sized: 8, // question, found, size
  // the process → the house
  running: 20, // RunningFrame
  failed: 21, // { reason }
  block: 22, // fetch, (length, multihash), bytes
  attempts: 23, // AttemptsFrame
  get: 24, // question, CID
  size: 25, // question, CID
  log: 26, // LogFrame
} as const

export interface GuestConfig {
  keyFile: string
  listen: string[]
  announce: string[]
  /** Peers that stay connected. */
  peers: Origin[]
  dialPrivate: boolean
}

export interface OriginsFrame {
  fetch: number
  origins: Origin[]
}

export interface RunningFrame {
  peerId: string
  /** Where the process listens, as it can be asked to listen again. */
  listening: string[]
  /** Where peers can dial it. */
  addresses: string[]
  peers: number
}

/** Rows of `PeerAttempt` that changed, counted since this process opened the fetch. */
export interface AttemptsFrame {
  fetch: number
  /** No more follow: the fetch was closed. */
  last: boolean
  rows: { address: string; state: 'dialling' | 'connected' | 'failed' | 'skipped' | 'lost'; reason?: string; blocks: number; missing: number }[]
}

export interface LogFrame {
  level: 'debug' | 'info' | 'warn' | 'error'
  words: string
  data: object
}

/** Bytes of the largest frame: a block of 4 MiB with room to spare. */
export const MAX_FRAME = 8 << 20
