import { fault } from '../../kernel/faults.ts'
import { checkName } from '../../kernel/names.ts'
import { defaultScopes, groups, isGroup, isScope, type Scope } from '../../kernel/scopes.ts'

/** What a key is to be. */
export interface KeyWish {
  name: string
  /** With those that its groups stand for; neither: all that a key has by default. */
  scopes?: readonly string[]
  /** Service groups: pinning, upload, gateway, prover. */
  groups?: readonly string[]
  /** Milliseconds since the epoch; undefined: it does not end. */
  expires?: number
}

export interface CheckedKeyWish {
  name: string
  scopes: Scope[]
  expires?: number
}

/** Fault INVALID_REQUEST, naming what does not fit. */
export function checkKeyWish({ name: given, scopes = [], groups: wanted = [], expires }: KeyWish, now: number): CheckedKeyWish {
  const name = given.trim()
  checkName(name)
  if (name === '') throw refuse('a key needs a name')
  if (expires !== undefined && !(expires > now)) throw refuse('a key ends in the future')
  const named = [...scopes.map(toScope), ...wanted.flatMap(scopesOfGroup)]
  return { name, scopes: named.length === 0 ? [...defaultScopes] : [...new Set(named)], expires }
}

function toScope(text: string): Scope {
  if (!isScope(text)) throw refuse(`"${text}" is not a scope`)
  return text
}

function scopesOfGroup(text: string): readonly Scope[] {
  if (!isGroup(text)) throw refuse(`"${text}" is not a service group; there are ${Object.keys(groups).join(', ')}`)
  return groups[text]
}

function refuse(reason: string) {
  return fault('INVALID_REQUEST', { reason })
}
