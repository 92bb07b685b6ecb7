/** An API credential. The token itself is never stored. */
export interface KeyRow {
  id: string
  accountId: string
  name: string
  scopes: string[]
  /** SHA-256 of the token, hex. */
  hash: string
  /** Last six characters of the token, to recognise it by. */
  tail: string
  created: number
  lastUsed?: number
  revoked?: number
}

export interface KeyReads {
  byId(id: string): Promise<KeyRow | undefined>
  /** Newest first, revoked ones left out. */
  ofAccount(accountId: string): Promise<KeyRow[]>
}

export interface KeyWrites {
  insert(key: KeyRow): Promise<void>
  /** False where the account has no such live key. */
  revoke(accountId: string, id: string, now: number): Promise<boolean>
  touch(id: string, now: number): Promise<void>
}
