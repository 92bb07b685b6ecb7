import type { EventActor } from '../../ports/db/index.ts'
import type { Principal } from './principal.ts'

/** Who an event says it was. */
export function actorOf({ account, member, keyId, keyName }: Principal): EventActor {
  if (member) return { kind: 'member', id: member.id, name: member.email }
  return keyId === undefined ? { kind: 'system', name: account.email } : { kind: 'key', id: keyId, name: keyName }
}
