/**
 * How the copies of a DAG on other nodes fare. `waiting`: there were never enough; `confirmed`; `degraded`: it counted as pinned, and there
 * are too few now; `leaving`: nobody holds it any more.
 */
export type ReplicaState = 'waiting' | 'confirmed' | 'degraded' | 'leaving'

export interface DagReplicas {
  state: ReplicaState
  /** Nodes that had it at the last look. */
  nodes: readonly string[]
  /** How many are to have it. */
  wanted: number
  /** Where it is not confirmed: what is known of those that lack, in words. */
  reason?: string
  /** When it came to this state. */
  since: number
}

export interface ReplicaReads {
  get(dag: string): Promise<DagReplicas | undefined>
  /** Those of these DAGs that have such a row. */
  ofDags(dags: readonly string[]): Promise<Map<string, DagReplicas>>
  /** Every DAG that has such a row, in the order of their cids, after the given one. */
  list(after: string, limit: number): Promise<string[]>
  /** Confirmed and degraded ones to be looked at now, longest due first. */
  due(now: number, limit: number): Promise<string[]>
  /** Waiting and leaving ones, longest in that state first. */
  pending(limit: number): Promise<string[]>
  /** Peer ids of nodes, as far as they are known, by what people call the node. */
  peerIds(): Promise<ReadonlyMap<string, string>>
  /** When the next one is due. */
  nextDue(): Promise<number | undefined>
}

export interface ReplicaWrites {
  /** Makes the row, or changes it. `since` moves where the state changes. */
  set(dag: string, row: Omit<DagReplicas, 'since'> & { /** When to look again, where confirmed or degraded. */ nextLook?: number }, now: number): Promise<void>
  /** Looks again at these no sooner than then; nothing else of them changes. */
  putOff(dags: readonly string[], nextLook: number): Promise<void>
  /** Nobody holds it any more. False where it has no row. */
  leave(dag: string, now: number): Promise<boolean>
  setPeerId(node: string, peerId: string): Promise<void>
  /** Takes the row away, where it is in this state or none is named. */
  remove(dag: string, state?: ReplicaState): Promise<void>
}
