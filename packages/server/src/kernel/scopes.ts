/** What a key may do. */
export const scopes = ['pins:read', 'pins:write', 'upload', 'gateway', 'prover', 'account', 'admin'] as const

export type Scope = (typeof scopes)[number]

/** What a key has where nothing is asked for: all but `admin`. */
export const defaultScopes: readonly Scope[] = scopes.filter((scope) => scope !== 'admin')

export function isScope(text: string): text is Scope {
  return (scopes as readonly string[]).includes(text)
}

/** Pinion's service groups, and the scopes that each stands for. */
export const groups = {
  pinning: ['pins:read', 'pins:write'],
  upload: ['upload'],
  gateway: ['gateway'],
  prover: ['prover'],
} as const satisfies Record<string, readonly Scope[]>

export type Group = keyof typeof groups

export function isGroup(text: string): text is Group {
  return Object.hasOwn(groups, text)
}

/** The groups of which these scopes have all. */
export function groupsOf(granted: readonly Scope[]): Group[] {
  return (Object.keys(groups) as Group[]).filter((group) => groups[group].every((scope) => granted.includes(scope)))
}
