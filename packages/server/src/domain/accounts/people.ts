import { fault } from '../../kernel/faults.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'
import type { SignIn } from '../../ports/sign-in.ts'
import { actorOf, demand, type Principal } from '../access/index.ts'

/** What an admin does for somebody who cannot sign in any more. */
export interface People {
  /** A token that sets a new password, once, for whoever is handed it. Also forgets second factors where they are lost. Faults SCOPE_MISSING, NOT_FOUND. */
  reset(principal: Principal, wish: { email: string; secondFactor: boolean }): Promise<{ token: string; expires: number }>
}

export function createPeople({ db, signIn, clock }: { db: Db; signIn: SignIn; clock: Clock }): People {
  return {
    async reset(principal, { email, secondFactor }) {
      demand(principal, 'admin')
      const member = await signIn.members.byEmail(email)
      if (!member) throw fault('NOT_FOUND', { what: 'member of that e-mail' })
      if (secondFactor) await db.write(async (w) => {
        await w.members.setTotp(member.id, undefined)
        await w.members.setRecoveryCodes(member.id, [])
        for (const { id } of await w.passkeys.ofMember(member.id)) await w.passkeys.remove(member.id, id)
        await w.members.endSessions(member.id)
        await w.events.insert({ kind: 'member.second-factor-removed', actor: actorOf(principal), at: clock.now(), data: { email: member.email } })
      })
      signIn.sessions.forget()
      return signIn.passwords.resetToken(member.id)
    },
  }
}
