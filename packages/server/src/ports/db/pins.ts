import type { Visits } from './dags.ts'
import type { DagDamage } from './damage.ts'
import type { DagReplicas } from './replicas.ts'
import type { FetchState } from './fetches.ts'

export type PinStatus = 'queued' | 'pinning' | 'pinned' | 'failed'

/** An account's wish that a root stays. */
export interface PinRequest {
  id: string
  accountId: string
  /** The CID as the client wrote it. */
  cid: string
  /** Canonical text. */
  dag: string
  name?: string
  meta?: Record<string, string>
  origins: string[]
  status: PinStatus
  /** What it waits for, or why it failed. */
  reason?: string
  created: number
  /** When a fetch that has not ended is given up. */
  deadline: number
  /** The upload that it was made with. */
  uploadId?: string
}

/** A pin request with what its DAG knows. */
export interface PinRequestView extends PinRequest {
  bytes?: number
  blocks?: number
  /** Where blocks of it are damaged; it is `pinned` all the same. */
  damage?: DagDamage
  /** Copies on other nodes, where such are wanted. */
  replicas?: DagReplicas
  /** How the fetch of it fares, or fared: known where it is not `pinned`. */
  fetch?: FetchState
  /** Of all readers of the DAG. */
  visits?: Visits
}

export type NameMatch = 'exact' | 'iexact' | 'partial' | 'ipartial'

export interface PinFilter {
  /** Canonical texts. */
  dags?: readonly string[]
  statuses?: readonly PinStatus[]
  name?: { text: string; match: NameMatch }
  /** All of these pairs. */
  meta?: Readonly<Record<string, string>>
  /** `created` strictly before and strictly after, milliseconds. */
  before?: number
  after?: number
}

export interface PinReads {
  get(accountId: string, id: string): Promise<PinRequestView | undefined>
  /** Newest first, at most `limit`. `count` goes by every filter and no limit, and is exact. */
  list(accountId: string, filter: PinFilter, limit: number): Promise<{ count: number; pins: PinRequestView[] }>
  /** How many requests of each status the account has, from one row. */
  tally(accountId: string): Promise<Record<PinStatus, number>>
  /** Requests of all accounts that wait for this DAG (queued or pinning), oldest first. */
  waiting(dag: string): Promise<PinRequest[]>
}

export interface PinWrites {
  insert(request: PinRequest): Promise<void>
  /** The removed row, or undefined where the account has none such. */
  remove(accountId: string, id: string): Promise<PinRequest | undefined>
  /** The requests made with this upload, or those of them that are of one DAG, removed. */
  removeOfUpload(accountId: string, uploadId: string, dag?: string): Promise<PinRequest[]>
  /** Sets status and reason of every waiting request of this DAG where they are others; returns the accounts, one for each. */
  settle(dag: string, change: { status: Exclude<PinStatus, 'failed'>; reason?: string }): Promise<string[]>
  /** Fails every waiting request of this DAG (of `ids` alone, where given); returns the accounts, one for each. Whoever calls releases what they held. */
  fail(dag: string, change: { reason: string; ids?: readonly string[] }): Promise<string[]>
  /** Requests of this account that came with an upload and wait for this DAG: none is given up before `deadline`. */
  prolong(accountId: string, dag: string, deadline: number): Promise<void>
}
