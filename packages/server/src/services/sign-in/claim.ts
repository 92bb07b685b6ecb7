import type { MemberRow, Writer } from '../../ports/db/index.ts'

/** Named in an event. */
const samples = 3

/**
 * Somebody has just proved that this member's e-mail is theirs. Where that was not known before, whoever made the member may have been
 * somebody else, who waits behind it: then all ways in that were set up so far end, the sessions, and what was made to come back by: keys,
 * invitations. A member whom the operator made keeps them. `member` is locked by the caller.
 */
export async function claim(w: Writer, member: MemberRow, now: number): Promise<MemberRow> {
  if (member.verified !== undefined) return member
  if (member.madeBy !== 'operator') {
    // First: behind it, whoever still makes something finds that they are out.
    await w.events.insert({ kind: 'member.claimed', actor: { kind: 'member', id: member.id, name: member.email }, at: now })
    await endWaysIn(w, member.id)
    await endMade(w, member, now)
  }
  await w.members.setVerified(member.id, now)
  return (await w.members.byId(member.id))!
}

async function endWaysIn(w: Writer, id: string): Promise<void> {
  await w.members.setPassword(id, undefined)
  await w.members.setTotp(id, undefined)
  await w.members.setRecoveryCodes(id, [])
  for (const passkey of await w.passkeys.ofMember(id)) await w.passkeys.remove(id, passkey.id)
  for (const { provider, subject } of await w.identities.ofMember(id)) await w.identities.remove(id, provider, subject)
  for (const kind of ['magic', 'reset', 'verify'] as const) await w.loginTokens.removeOf(id, kind)
  await w.members.endSessions(id)
}

async function endMade(w: Writer, { id, email }: MemberRow, now: number): Promise<void> {
  const keys = await w.keys.revokeMadeBy(id, now)
  await w.loginTokens.removeMadeBy(email)
  for (const [accountId, ofAccount] of Map.groupBy(keys, (key) => key.accountId)) {
    const isAdmin = (await w.accounts.byId(accountId))?.role === 'admin'
    for (const { name } of ofAccount) await w.loginTokens.removeMadeBy(name, isAdmin ? [accountId, null] : [accountId])
    const data = { count: ofAccount.length, samples: ofAccount.slice(0, samples).map(({ name }) => ({ name })), reason: `made as ${email}, before the owner of that e-mail came` }
    await w.events.insert({ accountId, kind: 'key.revoked', actor: { kind: 'system' }, at: now, data })
  }
}
