/** What a key says of itself; nothing here is checked, the server does that. */
export interface KeyClaims {
  id: string
  account: string
  scopes: string[]
}

/** Keys are JWTs. Undefined where it is none. */
export function keyClaims(key: string): KeyClaims | undefined {
  try {
    const { jti, sub, scope } = JSON.parse(Buffer.from(key.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
    if (typeof jti !== 'string' || typeof sub !== 'string') return undefined
    return { id: jti, account: sub, scopes: String(scope ?? '').split(' ').filter(Boolean) }
  } catch {
    return undefined
  }
}
