/** What an API token says about itself, to whoever reads it. Whether it still counts is decided by its row. */
export interface TokenClaims {
  /** Key id. */
  id: string
  accountId: string
  scopes: readonly string[]
  groups: readonly string[]
  /** Milliseconds since the epoch. */
  issued: number
  /** Undefined: it does not end. */
  expires?: number
}

/** A public key as RFC 7517 has it. */
export type PublicJwk = Readonly<Record<string, string>>

/** Signed API tokens (JWT). */
export interface Tokens {
  mint(claims: TokenClaims): Promise<string>
  /** The key id that a text names, or undefined where it is no token. Its signature is for others: here its hash tells whether it is genuine. */
  idOf(token: string): string | undefined
  /** By what others verify them. */
  publicKeys(): readonly PublicJwk[]
}
