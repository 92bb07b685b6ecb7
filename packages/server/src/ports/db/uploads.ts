export type UploadKind = 'file' | 'directory' | 'car'

export interface UploadRoot {
  /** As told to the client. */
  cid: string
  /** Canonical text. */
  dag: string
  name?: string
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
  roots: UploadRoot[]
}

export interface UploadReads {
  get(accountId: string, id: string): Promise<Upload | undefined>
  /** Newest first, `created` strictly before `before`. */
  list(accountId: string, page: { before?: number; limit: number }): Promise<Upload[]>
  count(accountId: string): Promise<number>
}

export interface UploadWrites {
  insert(upload: Upload): Promise<void>
  /** False where the account has no such upload. */
  remove(accountId: string, id: string): Promise<boolean>
  /** Takes one root of an upload away, and the upload with its last one. False where it has no such root. */
  removeRoot(accountId: string, id: string, dag: string): Promise<boolean>
  rename(accountId: string, id: string, name: string): Promise<boolean>
}
