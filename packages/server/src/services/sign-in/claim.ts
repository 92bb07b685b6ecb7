import type { MemberRow, Writer } from '../../ports/db/index.ts'

/**
 * Somebody has just proved that this member's e-mail is theirs. Where that was not known before, whoever made the member may have been
 * somebody else, who waits behind it: then all ways in that were set up so far end, and the sessions. A member whom the operator made keeps them.
 */
export async function claim(w: Writer, member: MemberRow, now: number): Promise<MemberRow> {
  if (member.verified !== undefined) return member
  if (member.madeBy !== 'operator') {
    await w.members.setPassword(member.id, undefined)
    await w.members.setTotp(member.id, undefined)
    await w.members.setRecoveryCodes(member.id, [])
    for (const { id } of await w.passkeys.ofMember(member.id)) await w.passkeys.remove(member.id, id)
    for (const { provider, subject } of await w.identities.ofMember(member.id)) await w.identities.remove(member.id, provider, subject)
    await w.members.endSessions(member.id)
  }
  await w.members.setVerified(member.id, now)
  return (await w.members.byId(member.id))!
}
