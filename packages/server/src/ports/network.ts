import type { CID } from 'multiformats/cid'
import type { Block } from '@thole/dag'

/** How one address or peer fared during a fetch: what a waiting user is told. */
export interface PeerAttempt {
  /** Multiaddr that the request named, or the peer id for a peer that was already connected. */
  address: string
  state: 'dialling' | 'connected' | 'failed' | 'skipped' | 'lost'
  /** Why, in words for a person, where state is failed, skipped or lost. */
  reason?: string
  /** Blocks that this peer sent to this fetch. */
  blocks: number
  /** Blocks that this peer said it does not have. */
  missing: number
}

export interface FetchOptions {
  /** Multiaddrs ending in /p2p/<id>: where the client says the bytes are. Hints, never trusted, never fatal. */
  origins: readonly string[]
  signal: AbortSignal
}

/**
 * One fetch of many blocks. The caller owns the walk: it calls `want` with what it found missing and
 * iterates `blocks`. Bytes that do not match their CID are never yielded (and count against the peer).
 * The session survives the death of the network process: outstanding wants are sent again.
 */
export interface FetchSession {
  /** Asks for blocks. Bounded by the caller: keep at most `window` outstanding. */
  want(cids: readonly CID[]): void
  /** Stops asking for these; used when they arrived through another door. */
  cancel(cids: readonly CID[]): void
  /** Verified blocks in order of arrival. Ends when the session is closed or its signal aborts. */
  readonly blocks: AsyncIterable<Block>
  /** How many wants it is useful to have outstanding at once. */
  readonly window: number
  /** Adds origins that arrived after the start (another tenant asked for the same root). */
  addOrigins(origins: readonly string[]): void
  attempts(): PeerAttempt[]
  close(): Promise<void>
}

/** What the network may serve to peers: the domain decides, the driver asks. */
export interface BlockServer {
  /** Bytes of a block that may leave the house, or undefined. */
  get(cid: CID): Promise<Uint8Array | undefined>
  /** Length without reading. */
  size(cid: CID): Promise<number | undefined>
}

export interface NetworkStatus {
  driver: 'none' | 'embedded'
  state: 'off' | 'starting' | 'running' | 'restarting'
  peerId?: string
  /** Process id of the network process. */
  pid?: number
  /** Addresses where peers can dial us, each ending in /p2p/<id>. */
  addresses: string[]
  peers: number
  /** How often the process was started again since the server started. */
  restarts: number
}

/** The guest: libp2p and Bitswap, in a process of its own. Holds no truth. */
export interface Network {
  /** Resolves when the first start succeeded or was given up; a dead network never stops the house. */
  start(server: BlockServer): Promise<void>
  fetch(options: FetchOptions): FetchSession
  /** 1–20 unique multiaddrs ending in /p2p/<id> (PSA `delegates`); stable across restarts of the process. */
  delegates(): string[]
  status(): NetworkStatus
  close(): Promise<void>
}
