/** What a key may do, in the words of the page: service groups, and what is beside them. */
export const grants = [
  { id: 'pinning', label: 'Pinning', hint: 'Pin, list and unpin CIDs: the pinning API, Kubo.', scopes: ['pins:read', 'pins:write'] },
  { id: 'upload', label: 'Upload', hint: 'Send files, list, rename and delete uploads.', scopes: ['upload'] },
  { id: 'gateway', label: 'Gateway', hint: 'Read through the gateway in the name of this account.', scopes: ['gateway'] },
  { id: 'prover', label: 'Prover', hint: 'Storage proofs.', scopes: ['prover'] },
  { id: 'account', label: 'Account', hint: 'Usage, events, and keys: it can make others that may no more than it.', scopes: ['account'] },
  { id: 'admin', label: 'Admin', hint: 'Everything, of everybody on this server.', scopes: ['admin'] },
] as const

export type Grant = (typeof grants)[number]

export const usualScopes: readonly string[] = grants.filter(({ id }) => id !== 'admin').flatMap(({ scopes }) => scopes)

export function hasGrant(granted: readonly string[], { scopes }: Grant): boolean {
  return scopes.every((scope) => granted.includes(scope))
}

/** With or without it, in the order in which grants are listed. */
export function withGrant(granted: readonly string[], { scopes }: Grant, on: boolean): string[] {
  const all = grants.flatMap((grant): readonly string[] => grant.scopes)
  return all.filter((scope) => ((scopes as readonly string[]).includes(scope) ? on : granted.includes(scope)))
}

/** "Pinning and upload", "Everything but admin". */
export function grantWords(granted: readonly string[]): string {
  if (granted.includes('admin') && usualScopes.every((scope) => granted.includes(scope))) return 'Everything, as admin'
  if (usualScopes.every((scope) => granted.includes(scope))) return 'Everything but admin'
  const whole = grants.filter((grant) => hasGrant(granted, grant))
  const rest = granted.filter((scope) => !whole.some(({ scopes }) => (scopes as readonly string[]).includes(scope)))
  const words = [...whole.map(({ label }) => label.toLowerCase()), ...rest.map((scope) => (scope === 'pins:read' ? 'reading pins' : scope))]
  const text = words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
  return text.charAt(0).toUpperCase() + text.slice(1)
}
