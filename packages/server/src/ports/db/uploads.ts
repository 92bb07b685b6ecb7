/** `token`: metadata of a token with the files that it names. */
export type UploadKind = 'file' | 'directory' | 'car' | 'token'

export interface UploadRoot {
  /** As told to the client. */
  cid: string
  /** Canonical text. */
  dag: string
  name?: string
  /** It is pinned once it is read through a gateway. */
  unpinned?: true
}

/** A file of a form, as its client told of it. */
export interface ToldFile {
  name: string
  mediaType?: string
}

/** One act of sending bytes. */
export interface Upload {
  id: string
  accountId: string
  name?: string
  kind: UploadKind
  /** Bytes received. */
  bytes: number
  created: number
  /** What the client called the type of it. */
  mediaType?: string
  /** Of the key that it was sent with; absent where it was a session. */
  keyName?: string
  /** The first files of a form. */
  files?: ToldFile[]
  roots: UploadRoot[]
}

/** A block that lists what an upload brought, kept until what it was a part of is complete. */
export interface PartList {
  uploadId: string
  position: number
  /** Of the list itself. */
  cid: string
}

/** A root that waits for its first reader to be pinned. */
export interface UnpinnedRoot extends UploadRoot {
  uploadId: string
  accountId: string
}

export interface UploadReads {
  get(accountId: string, id: string): Promise<Upload | undefined>
  /** Newest first, `created` strictly before `before`. */
  list(accountId: string, page: { before?: number; limit: number }): Promise<Upload[]>
  count(accountId: string): Promise<number>
  /** Uploads of this root, of all accounts, that wait for its first reader. */
  unpinned(dag: string, limit: number): Promise<UnpinnedRoot[]>
  /** Uploads of this root by accounts that sent no part of it after `before`; oldest first. */
  stale(dag: string, before: number, limit: number): Promise<{ id: string; accountId: string }[]>
  /** Every list, by upload and position, after the given one; `isNeeded`: a root of its upload is partial. */
  partLists(after: PartList | undefined, limit: number): Promise<(PartList & { isNeeded: boolean })[]>
}

export interface UploadWrites {
  insert(upload: Upload): Promise<void>
  addPartLists(lists: readonly PartList[]): Promise<void>
  removePartLists(uploadIds: readonly string[]): Promise<void>
  /** False where the account has no such upload. */
  remove(accountId: string, id: string): Promise<boolean>
  /** A pin request has been made with this root. */
  setPinned(id: string, dag: string): Promise<void>
  /** Takes one root of an upload away, and the upload with its last one. False where it has no such root. */
  removeRoot(accountId: string, id: string, dag: string): Promise<boolean>
  rename(accountId: string, id: string, name: string): Promise<boolean>
}
