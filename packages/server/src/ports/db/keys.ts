import type { Account } from './accounts.ts'

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
  /** From then on it is refused; undefined: it does not end. */
  expires?: number
  /** The member who made it, also by a key that they had made; absent: the operator. */
  madeBy?: string
  lastUsed?: number
  revoked?: number
}

export interface KeyReads {
  /** With its account, in one statement. */
  byId(id: string): Promise<{ key: KeyRow; account: Account } | undefined>
  /** Newest first, behind the one of this id; revoked ones left out. */
  ofAccount(accountId: string, page: { limit: number; after?: string }): Promise<KeyRow[]>
  /** Those that are not revoked. */
  count(accountId: string): Promise<number>
}

export interface KeyWrites {
  insert(key: KeyRow): Promise<void>
  /** False where the account has no such live key. */
  revoke(accountId: string, id: string, now: number): Promise<boolean>
  /** All that are live, of whatever account. Returns those that it ended. */
  revokeMadeBy(memberId: string, now: number): Promise<Pick<KeyRow, 'id' | 'accountId' | 'name'>[]>
  /** Notes when they were used last. */
  touch(uses: ReadonlyMap<string, number>): Promise<void>
}
