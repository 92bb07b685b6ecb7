import type { CID } from 'multiformats/cid'

/** What one node says of one DAG. `unreachable`: it could not be asked, which is not the same as `absent`. */
export interface Copy {
  /** What people call this node. */
  node: string
  /** Of its IPFS node, where the service tells. */
  peerId?: string
  state: 'confirmed' | 'coming' | 'failed' | 'unreachable' | 'absent'
  /** Why, in words for a person, where it is failed or unreachable. */
  reason?: string
}

export interface ReplicaWish {
  root: CID
  /** Milliseconds after which the answer is what is known then; the node goes on by itself. */
  patience: number
  /** Multiaddrs where the nodes can fetch it from us; none: they cannot. */
  addresses: readonly string[]
  /** The whole DAG as a CARv1, for nodes that cannot fetch it. Blocks are read as they are taken. */
  content(signal: AbortSignal): AsyncIterable<Uint8Array>
  signal: AbortSignal
}

export interface ReplicasStatus {
  driver: 'kubo' | 'cluster'
  /** Its address, without user and password. */
  address: string
  /** How many nodes are to have everything. */
  wanted: number
  /** Why the service that is asked cannot be reached at the moment. */
  outage?: string
}

/**
 * Other nodes that keep whole copies of DAGs, reached through one service. Every method throws the fault UPSTREAM_FAILED where that service
 * cannot be asked (`outage: true` in its data) or refuses (`refusal: true`): then nothing is known, and nothing is to be concluded. While it
 * is out, calls fail without asking it, but for one now and then.
 */
export interface Replicas {
  /** Has it kept by as many nodes as are wanted; asking again changes nothing. Returns early when they have it. */
  pin(wish: ReplicaWish): Promise<Copy[]>
  /** Has it kept no longer; content that they do not have is none to them. Returns when the service has taken that to heart. */
  unpin(root: CID, signal: AbortSignal): Promise<void>
  /** Who has these, in their order; undefined where it does not say. */
  look(roots: readonly CID[], signal: AbortSignal): Promise<(Copy[] | undefined)[]>
  status(): ReplicasStatus
  close(): Promise<void>
}
