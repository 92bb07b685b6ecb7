import { fault } from '../../kernel/faults.ts'
import { secretHash } from '../../kernel/secrets.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Account, Db, LoginTokenRow, MemberRole, Writer } from '../../ports/db/index.ts'
import type { Entered, Foreigner, Member, SignIn, SignedIn } from '../../ports/sign-in.ts'
import { ensureAccount } from './accounts.ts'

export interface JoiningParts {
  db: Db
  signIn: SignIn
  clock: Clock
  /** Whether anybody may make an account. */
  isOpen: boolean
}

/** What somebody who holds an invitation is told of it. */
export interface InvitationView {
  email: string
  role: string
  /** The account that one is asked into; undefined: a new one. */
  account?: string
  /** The e-mail has a member, who has to sign in to accept. */
  isMember: boolean
}

/** How people come to be here. */
export interface Joining {
  /** Fault NOT_FOUND where people have to be invited. */
  demandOpen(): void
  /** Fault UNAUTHENTICATED where the token leads nowhere (any more). */
  look(token: string): Promise<InvitationView>
  /** By somebody new, with a password or as somebody whom a provider knows. Faults as `look`, and CONFLICT where the e-mail has a member: they sign in first. */
  accept(token: string, as: { password: string } | { foreigner: Foreigner }, headers: Headers): Promise<Entered>
  /** By a member, in their session. Fault CONFLICT where somebody else was meant. */
  acceptAs(token: string, who: SignedIn): Promise<void>
  /** Somebody whom a provider knows and nobody here does. Fault UNAUTHENTICATED where one has to be invited. */
  arrive(foreigner: Foreigner, headers: Headers): Promise<Entered>
  /** A member who belongs to no account gets one of their own. Faults NOT_FOUND where people have to be invited, CONFLICT. */
  begin(who: SignedIn): Promise<void>
}

/** Where an admin did not remove it; without it, there are no limits. */
const newcomersPlan = 'free'

export function createJoining({ db, signIn, clock, isOpen }: JoiningParts): Joining {
  const invalid = () => fault('UNAUTHENTICATED', { reason: 'this invitation does not work (any more); ask for a new one', hint: 'invitation-over' })

  async function find(token: string): Promise<LoginTokenRow & { email: string }> {
    const hash = secretHash(token)
    const found = await db.read(async (r) => (await r.loginTokens.get(hash, 'mailed', clock.now())) ?? (await r.loginTokens.get(hash, 'invite', clock.now())))
    if (found?.email === undefined) throw invalid()
    return { ...found, email: found.email }
  }

  /** Takes the invitation, once, and does what it promised. */
  async function redeem(w: Writer, { hash, kind }: LoginTokenRow, member: Member): Promise<string> {
    const taken = await w.loginTokens.take(hash, kind, clock.now())
    if (!taken) throw invalid()
    const accountId = taken.accountId ?? (await newAccount(w, member, taken.madeBy !== undefined)).id
    await join(w, accountId, member, taken.role ?? 'owner')
    return accountId
  }

  async function join(w: Writer, accountId: string, { id, email }: Member, role: MemberRole): Promise<void> {
    const was = await w.memberships.of(accountId, id)
    if (!was) await w.memberships.set({ accountId, memberId: id, role, created: clock.now() })
    await w.events.insert({ accountId, kind: 'member.joined', actor: { kind: 'member', id, name: email }, at: clock.now(), data: { role: was?.role ?? role } })
  }

  /** An account that programs have used already becomes somebody's only where an admin asked them in by its e-mail, and nobody owns it. */
  async function newAccount(w: Writer, { email }: Member, wasInvited: boolean): Promise<Account> {
    const there = await w.accounts.byEmail(email)
    if (there && (!wasInvited || (await w.memberships.ofAccount(there.id)).length > 0)) throw fault('CONFLICT', { reason: 'there is an account of this e-mail already; ask whoever runs this server', hint: 'account-taken' })
    const plan = (await w.plans.list()).find(({ id }) => id === newcomersPlan)
    return ensureAccount(w, email, 'user', clock.now(), plan?.id)
  }

  async function ownAccount(w: Writer, member: Member): Promise<string> {
    const { id } = await newAccount(w, member, false)
    await join(w, id, member, 'owner')
    return id
  }

  function demandOpen(): void {
    if (!isOpen) throw fault('NOT_FOUND', { what: 'sign-up for everybody; ask whoever runs this server for an invitation' })
  }

  return {
    demandOpen,

    async look(token) {
      const { email, role, accountId } = await find(token)
      return db.read(async (r) => ({
        email,
        role: role ?? 'owner',
        account: accountId === undefined ? undefined : (await r.accounts.byId(accountId))?.email,
        isMember: (await r.members.byEmail(email)) !== undefined,
      }))
    },

    async accept(token, as, headers) {
      const found = await find(token)
      const { email, kind } = found
      const verified = kind === 'mailed' || ('foreigner' in as && as.foreigner.email === email)
      const member = await signIn.members.draft({ email, verified, madeBy: 'invitation', ...('password' in as && { password: as.password }) })
      await db.write(async (w) => {
        if (await w.members.byEmail(email)) throw fault('CONFLICT', { reason: `${email} can sign in already; do so, and open the link again`, hint: 'sign-in-first' })
        await w.members.insert(member)
        if ('foreigner' in as) await signIn.providers.linkNew(w, member, as.foreigner)
        await redeem(w, found, member)
      })
      return signIn.sessions.start(member, headers)
    },

    async acceptAs(token, who) {
      const found = await find(token)
      if (found.email !== who.member.email) throw fault('CONFLICT', { reason: `this invitation is for ${found.email}; sign out, and open the link again`, hint: 'other-member' })
      const accountId = await db.write((w) => redeem(w, found, who.member))
      await signIn.sessions.lookAt(who, accountId)
    },

    async arrive(foreigner, headers) {
      if (!isOpen) throw fault('UNAUTHENTICATED', { reason: 'nobody of this e-mail is here; ask whoever runs this server for an invitation', hint: 'nobody-here' })
      const member = await signIn.members.draft({ email: foreigner.email, verified: true, madeBy: 'provider' })
      await db.write(async (w) => {
        await w.members.insert(member)
        await signIn.providers.linkNew(w, member, foreigner)
        await ownAccount(w, member)
      })
      return signIn.sessions.start(member, headers)
    },

    async begin(who) {
      demandOpen()
      const accountId = await db.write(async (w) => {
        const member = await w.members.byId(who.member.id)
        if (!member || (await w.memberships.ofMember(member.id)).length > 0) throw fault('CONFLICT', { reason: 'you belong to an account already' })
        if (member.verified === undefined) throw fault('CONFLICT', { reason: 'it is not known yet that this e-mail is yours; sign in by a letter first' })
        return ownAccount(w, member)
      })
      await signIn.sessions.lookAt(who, accountId)
    },
  }
}
