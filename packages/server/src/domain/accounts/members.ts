import { fault } from '../../kernel/faults.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, MemberRole, MembershipReads, Writer } from '../../ports/db/index.ts'
import type { SignedIn, SignIn } from '../../ports/sign-in.ts'
import { actorOf, demandAccountReading, demandOwner, type Principal } from '../access/index.ts'

export interface MembersParts {
  db: Db
  signIn: SignIn
  clock: Clock
}

export type ListedMember = Awaited<ReturnType<MembershipReads['ofAccount']>>[number]

/** Who belongs to an account. It always has an owner. */
export interface Members {
  list(principal: Principal): Promise<ListedMember[]>
  /** Faults ROLE_MISSING, NOT_FOUND, CONFLICT (the last owner). */
  setRole(principal: Principal, memberId: string, role: MemberRole): Promise<void>
  /** Owners remove anybody, everybody may leave. Faults as `setRole`. */
  remove(principal: Principal, memberId: string): Promise<void>
  /** The accounts of a person, and what they are to each. */
  accountsOf(who: SignedIn): Promise<{ id: string; email: string; role: MemberRole }[]>
  /** From now on this session looks at that account. Fault NOT_FOUND. */
  lookAt(who: SignedIn, accountId: string): Promise<void>
}

export function createMembers({ db, signIn, clock }: MembersParts): Members {
  /** The member's e-mail, after what was done to the membership. Others of this process see it with their next request. */
  async function change(principal: Principal, memberId: string, work: (w: Writer, email: string) => Promise<void>): Promise<void> {
    const { id: accountId } = principal.account
    await db.write(async (w) => {
      const before = (await w.memberships.ofAccount(accountId)).find((one) => one.memberId === memberId)
      if (!before) throw fault('NOT_FOUND', { what: 'member of that id' })
      await work(w, before.email)
      // Looked at behind the event that was written: those wait for each other, so that of two owners who leave at once the second is the last.
      const owners = (await w.memberships.ofAccount(accountId)).filter(({ role }) => role === 'owner')
      if (owners.length === 0) throw fault('CONFLICT', { reason: 'an account needs an owner; make somebody else one first' })
      if (!owners.some((one) => one.memberId === memberId)) await withdrawOf(w, accountId, before.email)
    })
    signIn.sessions.forget()
  }

  /** Whoever may ask nobody in any more may hold links that they made, also for themselves. */
  async function withdrawOf(w: Writer, accountId: string, email: string): Promise<void> {
    const all = await w.loginTokens.invitations(accountId, clock.now())
    for (const { id, madeBy } of all) if (madeBy === email) await w.loginTokens.removeInvitation(accountId, id)
  }

  return {
    list(principal) {
      demandAccountReading(principal)
      return db.read((r) => r.memberships.ofAccount(principal.account.id))
    },

    async setRole(principal, memberId, role) {
      demandOwner(principal)
      await change(principal, memberId, async (w, email) => {
        await w.memberships.set({ accountId: principal.account.id, memberId, role, created: clock.now() })
        await w.events.insert({ accountId: principal.account.id, kind: 'member.role-changed', actor: actorOf(principal), at: clock.now(), data: { email, role } })
      })
    },

    async remove(principal, memberId) {
      if (principal.member?.id !== memberId) demandOwner(principal)
      await change(principal, memberId, async (w, email) => {
        await w.memberships.remove(principal.account.id, memberId)
        await w.events.insert({ accountId: principal.account.id, kind: 'member.removed', actor: actorOf(principal), at: clock.now(), data: { email } })
      })
    },

    async accountsOf({ member }) {
      const all = await db.read((r) => r.memberships.ofMember(member.id))
      return all.map(({ accountId, accountEmail, role }) => ({ id: accountId, email: accountEmail, role }))
    },

    async lookAt(who, accountId) {
      if (!(await db.read((r) => r.memberships.of(accountId, who.member.id)))) throw fault('NOT_FOUND', { what: 'account of that id' })
      await signIn.sessions.lookAt(who, accountId)
    },
  }
}
