/** What an API token says about itself. Whether it still counts is decided by its row. */
export interface TokenClaims {
  /** Key id. */
  id: string
  accountId: string
  scopes: string[]
}

/** Signed API tokens (JWT). */
export interface Tokens {
  mint(claims: TokenClaims, issued: number): Promise<string>
  /** The claims, or undefined where the signature is not ours or the text is no token. */
  verify(token: string): Promise<TokenClaims | undefined>
}
