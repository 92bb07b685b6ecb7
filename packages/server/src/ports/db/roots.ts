import type { DagState } from './dags.ts'
import type { DagReplicas } from './replicas.ts'
import type { Upload } from './uploads.ts'

/** What an account has uploaded under one root, however many uploads brought it. */
export interface AccountRoot extends Pick<Upload, 'kind' | 'mediaType' | 'keyName' | 'files'> {
  /** As told to the client: CIDv0 and CIDv1 of one DAG are two roots. */
  cid: string
  /** Canonical text. */
  dag: string
  name?: string
  /** Of the first upload of it; no other root of the account has the same. */
  created: number
  /** Of the last upload of it, whose are kind, type, key and files. */
  updated: number
  /** The last upload of it. */
  uploadId: string
  /** What is known of its DAG. */
  state: DagState
  bytes?: number
  blocks?: number
  missingCount: number
  completed?: number
  /** Copies on other nodes, where such are wanted. */
  replicas?: DagReplicas
}

export type RootPage =
  /** Newest first, `created` strictly before `before`. */
  | { before?: number; limit: number }
  /** So many after the first `offset`. Unnamed ones come before all names. */
  | { by: 'created' | 'name'; descending: boolean; offset: number; limit: number }

export interface RootReads {
  get(accountId: string, cid: string): Promise<AccountRoot | undefined>
  list(accountId: string, page: RootPage): Promise<AccountRoot[]>
  count(accountId: string): Promise<number>
  /** CIDs of the CARs that brought these, by cid, in the order of their text; `limit` of all together. */
  parts(accountId: string, cids: readonly string[], limit: number): Promise<Map<string, string[]>>
  /** Ids of the account's uploads of this root, oldest first. */
  uploads(accountId: string, root: { cid: string; dag: string }, limit: number): Promise<string[]>
}

/** Rows go with the last upload of them. */
export interface RootWrites {
  /** One upload more has brought it. `created`: a stamp of the account. Where there is no name, it keeps that it had. */
  note(root: Pick<AccountRoot, 'cid' | 'dag' | 'name' | 'created' | 'uploadId'> & { accountId: string }): Promise<void>
  /** False where the account has no such root. */
  rename(accountId: string, cid: string, name: string): Promise<boolean>
  /** A CAR has brought it, or a part of it. */
  addPart(accountId: string, cid: string, car: string): Promise<void>
}
