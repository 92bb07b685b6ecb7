/** What a key may do. The Pinion groups map to them: pinning = both `pins:`, upload, gateway, prover. */
export const scopes = ['pins:read', 'pins:write', 'upload', 'gateway', 'prover', 'account', 'admin'] as const

export type Scope = (typeof scopes)[number]

/** What a key has where nothing is asked for: all but `admin`. */
export const defaultScopes: readonly Scope[] = scopes.filter((scope) => scope !== 'admin')

export function isScope(text: string): text is Scope {
  return (scopes as readonly string[]).includes(text)
}
