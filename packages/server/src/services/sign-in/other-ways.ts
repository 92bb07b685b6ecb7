import type { Reader } from '../../ports/db/index.ts'

/** Whether a member can sign in with what is left. */
export async function hasOtherWay(r: Reader, id: string, byMail: boolean): Promise<boolean> {
  if (byMail || (await r.members.byId(id))?.password !== undefined) return true
  return (await r.passkeys.ofMember(id)).length + (await r.identities.ofMember(id)).length > 0
}
