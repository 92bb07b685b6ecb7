import type { CID } from 'multiformats/cid'
import type { Block } from '@thole/dag'
import type { NameRouting } from './name-routing.ts'

/** How one peer, gateway or router fared during a fetch: what a waiting user is told. */
export interface PeerAttempt {
  /** Multiaddr that the request named, the peer id for a peer that was already connected, or the URL of a gateway or router. */
  address: string
  /** Where it is no peer that speaks Bitswap. A gateway has blocks; a router only names who may have them. */
  kind?: 'gateway' | 'router'
  /** `answered`: a router has said whom it knows; those it named are attempts of their own. */
  state: 'dialling' | 'connected' | 'answered' | 'failed' | 'skipped' | 'lost'
  /** Why, in words for a person, where state is failed, skipped or lost; what a router answered. */
  reason?: string
  /** Blocks that this peer sent to this fetch. */
  blocks: number
  /** Blocks that this peer said it does not have. */
  missing: number
}

export interface FetchOptions {
  /** Multiaddrs ending in /p2p/<id>: where the client says the bytes are. Hints, never trusted, never fatal. */
  origins: readonly string[]
  /** The DAG that is fetched, if it is one: routers and gateways are asked for it as a whole. */
  root?: CID
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
  /** Nobody needs the bytes of this block any more: they may be filled with others. Saves time where blocks are large; need not be called. */
  release(block: Block): void
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

/** What came of telling the public network that this server has a root. */
export type AnnounceResult =
  /** So many peers keep the record, for about two days. */
  | { state: 'told'; peers: number }
  /** This root could not be announced now. */
  | { state: 'failed'; reason: string }
  /** Nothing can be announced: not with this configuration, or not at present. */
  | { state: 'off'; reason: string }

export interface NetworkStatus {
  driver: 'none' | 'embedded'
  state: 'off' | 'starting' | 'running' | 'restarting'
  peerId?: string
  /** Process id of the network process. */
  pid?: number
  /** Addresses where peers can dial us, each ending in /p2p/<id>. */
  addresses: string[]
  peers: number
  /** Connections that peers have opened to us since the network was started; undefined where none can. */
  arrivals?: number
  /** Peers of the DHT that are known; undefined where it is not used. */
  dht?: number
  /** How often the process was started again since the server started. */
  restarts: number
}

/** The guest: libp2p and Bitswap, in a process of its own. Holds no truth. */
export interface Network {
  /** Resolves when the first start succeeded or was given up; a dead network never stops the house. */
  start(server: BlockServer): Promise<void>
  fetch(options: FetchOptions): FetchSession
  /** Tells the public network that whoever wants this root finds it here. Never throws. */
  announce(root: CID, signal: AbortSignal): Promise<AnnounceResult>
  /** Records of IPNS names out in the public network. */
  readonly names: NameRouting
  /** 1–20 unique multiaddrs ending in /p2p/<id> (PSA `delegates`); stable across restarts of the process. */
  delegates(): string[]
  status(): NetworkStatus
  close(): Promise<void>
}
