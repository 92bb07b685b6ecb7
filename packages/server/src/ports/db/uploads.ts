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
  /** When its owner was told that it ends unread. */
  warned?: number
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
  /** Bytes received, or, where a client tells so, those that its CAR was made of. */
  bytes: number
  /** Blocks that it brought, and their bytes; told where it is written, and not again. */
  blocks?: number
  blockBytes?: number
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
  position: number
  accountId: string
}

/** One whose DAG is complete, so that it could be read. */
export interface UnreadRoot extends UnpinnedRoot {
  /** When all of it was here. */
  since: number
}

/** A page of a list. */
export interface UploadPage {
  limit: number
  /** `created` strictly before. */
  before?: number
  /** With this root, canonical text. */
  dag?: string
  /** Any part of the name, any case. */
  name?: string
  /** Default `created`. */
  sort?: 'created' | 'name' | 'bytes'
  /** Default true. */
  descending?: boolean
  /** Id of the last one of the page before; one that is gone counts as none. */
  after?: string
}

export interface UploadReads {
  get(accountId: string, id: string): Promise<Upload | undefined>
  /** Newest first where nothing else is asked for. */
  list(accountId: string, page: UploadPage): Promise<Upload[]>
  count(accountId: string): Promise<number>
  /** Uploads of this root, of all accounts, that wait for its first reader. */
  unpinned(dag: string, limit: number): Promise<UnpinnedRoot[]>
  /** All that could be read and wait for it, by upload and position, behind the given one. */
  unread(after: Pick<UnreadRoot, 'uploadId' | 'position'> | undefined, limit: number): Promise<UnreadRoot[]>
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
  /** Their owners have been told that they end unread. */
  warn(roots: readonly Pick<UnreadRoot, 'uploadId' | 'position'>[], now: number): Promise<void>
  /** As if nobody had been told. */
  forgetWarnings(): Promise<void>
  /** Takes one root of an upload away, and the upload with its last one. False where it has no such root. */
  removeRoot(accountId: string, id: string, dag: string): Promise<boolean>
  rename(accountId: string, id: string, name: string): Promise<boolean>
}
