import type { AnnounceResult, PeerAttempt } from '../../ports/network.ts'
import type { GatewayOrigin, Origin } from '../addresses.ts'

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
  announce: 9, // announcement, CID
  findRecords: 10, // question, name
  tellRecord: 11, // question, length of the name, name, record
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
  announced: 27, // AnnouncedFrame
  recordsFound: 28, // RecordsFrame
  recordTold: 29, // RecordToldFrame
} as const

export interface GuestConfig {
  keyFile: string
  listen: string[]
  announce: string[]
  /** Peers that stay connected. */
  peers: Origin[]
  dialPrivate: boolean
  /** URLs of trustless gateways that every fetch may ask. */
  gateways: string[]
  /** URLs of delegated routers. */
  routers: string[]
  /** Where the public DHT is used: multiaddrs, /dnsaddr among them, of peers to begin with. */
  dht?: { bootstrap: string[] }
}

export interface OriginsFrame {
  fetch: number
  /** CID of the DAG that is fetched, if it is one. */
  root?: string
  origins: (Origin | GatewayOrigin)[]
}

export interface RunningFrame {
  peerId: string
  /** Where the process listens, as it can be asked to listen again. */
  listening: string[]
  /** Where peers can dial it. */
  addresses: string[]
  peers: number
  /** Connections that peers have opened to it. */
  arrivals: number
  /** Peers of the DHT that it knows, where that is used. */
  dht?: number
}

/** What came of `announce`. */
export interface AnnouncedFrame {
  announcement: number
  result: AnnounceResult
}

/** What came of `findRecords`; records in base64. */
export interface RecordsFrame {
  question: number
  found: { state: 'found'; records: string[] } | { state: 'none' | 'off'; reason: string }
}

/** What came of `tellRecord`. */
export interface RecordToldFrame {
  question: number
  result: AnnounceResult
}

/** Rows of `PeerAttempt` that changed, counted since this process opened the fetch. */
export interface AttemptsFrame {
  fetch: number
  /** No more follow: the fetch was closed. */
  last: boolean
  rows: PeerAttempt[]
}

export interface LogFrame {
  level: 'debug' | 'info' | 'warn' | 'error'
  words: string
  data: object
}

/** Bytes of the largest frame: a block of 4 MiB with room to spare. */
export const MAX_FRAME = 8 << 20
