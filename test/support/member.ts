import type { Db, MemberRow } from '../../packages/server/src/ports/db/index.ts'
import type { NewMember, SignIn } from '../../packages/server/src/ports/sign-in.ts'

/** Somebody who can sign in, and belongs to nothing yet. */
export async function newMember(db: Db, signIn: SignIn, about: NewMember): Promise<Pick<MemberRow, 'id' | 'email'>> {
  const member = await signIn.members.draft(about)
  await db.write((w) => w.members.insert(member))
  return { id: member.id, email: member.email }
}
