import { fault } from '../../kernel/faults.ts'
import type { Reader } from '../../ports/db/index.ts'
import type { Principal } from '../access/index.ts'

/**
 * What a key or a session makes outlives it, so neither it nor the role of its person may have ended since it was looked up. Asked behind
 * the event that tells of it: whoever ends others writes one first, and those wait for each other. Fault UNAUTHENTICATED.
 */
export async function demandStillIn(r: Reader, { account, keyId, session, member, role }: Principal): Promise<void> {
  if (keyId !== undefined && (await r.keys.byId(keyId))?.key.revoked !== undefined) throw fault('UNAUTHENTICATED', { reason: 'this key was revoked' })
  if (member !== undefined && (await r.memberships.of(account.id, member.id))?.role !== role) throw fault('UNAUTHENTICATED', { reason: 'your role has changed' })
  if (session !== undefined && !(await r.members.session(session))) throw fault('UNAUTHENTICATED', { reason: 'this session has ended' })
}
