import { randomBytes } from 'node:crypto'
import { emailAddress } from '../../kernel/email.ts'
import { fault } from '../../kernel/faults.ts'
import { secretHash } from '../../kernel/secrets.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, LoginTokenKind, LoginTokenRow, MemberRole } from '../../ports/db/index.ts'
import type { Mailer } from '../../ports/mailer.ts'
import { actorOf, demand, demandOwner, type Principal } from '../access/index.ts'
import { invitationLetter, welcomeLetter } from './invitation-letters.ts'

export interface InvitationParts {
  db: Db
  clock: Clock
  mailer?: Mailer
  /** Where letters say that the server is, without a trailing slash. */
  home: () => string
  instanceName: () => Promise<string>
}

export interface Invited {
  id: string
  expires: number
  /** Shown once, to be handed over; undefined where it went by mail, so that whoever has it has the mailbox. */
  token?: string
}

/** Who is asked in. */
export interface Invitations {
  /** Into the principal's account. Faults ROLE_MISSING, INVALID_REQUEST, CONFLICT (is there already, or too many wait). */
  invite(principal: Principal, wish: { email: string; role: MemberRole }): Promise<Invited>
  /** To an account of their own. Fault SCOPE_MISSING. */
  inviteAccount(principal: Principal, wish: { email: string }): Promise<Invited>
  /** Those that wait, of the principal's account. */
  list(principal: Principal): Promise<LoginTokenRow[]>
  listAccounts(principal: Principal): Promise<LoginTokenRow[]>
  /** Fault NOT_FOUND. */
  withdraw(principal: Principal, id: string): Promise<void>
  withdrawAccount(principal: Principal, id: string): Promise<void>
  /** Sends a letter to somebody who asked for an account. */
  welcome(email: string): Promise<void>
}

const hours = { asked: 72, welcome: 1 } as const
/** That wait at the same time, for one account. */
const maxWaiting = 100

export function createInvitations({ db, clock, mailer, home, instanceName }: InvitationParts): Invitations {
  async function issue(wish: { email: string; by?: Principal; accountId?: string; role?: MemberRole }): Promise<Invited & { token: string }> {
    const { by, accountId, role } = wish
    const email = emailAddress(wish.email)
    const token = randomBytes(32).toString('base64url')
    const now = clock.now()
    const kind: LoginTokenKind = mailer ? 'mailed' : 'invite'
    const expires = now + (by ? hours.asked : hours.welcome) * 3_600_000
    const row: LoginTokenRow = { hash: secretHash(token), id: crypto.randomUUID(), kind, email, accountId, role, madeBy: by?.member?.email ?? by?.keyName, created: now, expires }
    await db.write(async (w) => {
      if (by && (await w.loginTokens.invitations(accountId, now)).length >= maxWaiting) throw fault('CONFLICT', { reason: `${maxWaiting} invitations wait already; withdraw some` })
      if (accountId !== undefined && (await w.memberships.ofAccount(accountId)).some((one) => one.email === email)) throw fault('CONFLICT', { reason: `${email} is here already` })
      await w.loginTokens.insert(row)
      if (by) await w.events.insert({ accountId: accountId ?? by.account.id, kind: 'member.invited', actor: actorOf(by), at: now, data: { email, role: role ?? 'owner of a new account' } })
    })
    return { id: row.id, expires, token }
  }

  const linkOf = (token: string) => `${home()}/invitation#token=${token}`

  async function ask(by: Principal, wish: { email: string; accountId?: string; role?: MemberRole }): Promise<Invited> {
    const { token, ...invited } = await issue({ ...wish, by })
    if (!mailer) return { ...invited, token }
    const about = { to: emailAddress(wish.email), instance: await instanceName(), link: linkOf(token), hours: hours.asked }
    mailer.send(invitationLetter(about, by.member?.email ?? by.account.email, wish.accountId && by.account.email))
    return invited
  }

  async function withdraw(accountId: string | undefined, id: string): Promise<void> {
    if (!(await db.write((w) => w.loginTokens.removeInvitation(accountId, id)))) throw fault('NOT_FOUND', { what: 'invitation of that id' })
  }

  return {
    async invite(principal, { email, role }) {
      demandOwner(principal)
      return ask(principal, { email, role, accountId: principal.account.id })
    },
    async inviteAccount(principal, { email }) {
      demand(principal, 'admin')
      if (await db.read(async (r) => (await r.members.byEmail(emailAddress(email))) !== undefined)) throw fault('CONFLICT', { reason: `${emailAddress(email)} can sign in already` })
      return ask(principal, { email })
    },
    async list(principal) {
      demandOwner(principal)
      return db.read((r) => r.loginTokens.invitations(principal.account.id, clock.now()))
    },
    async listAccounts(principal) {
      demand(principal, 'admin')
      return db.read((r) => r.loginTokens.invitations(undefined, clock.now()))
    },
    async withdraw(principal, id) {
      demandOwner(principal)
      await withdraw(principal.account.id, id)
    },
    async withdrawAccount(principal, id) {
      demand(principal, 'admin')
      await withdraw(undefined, id)
    },
    async welcome(email) {
      if (!mailer) throw fault('NOT_FOUND', { what: 'mail' })
      const { token } = await issue({ email })
      mailer.send(welcomeLetter({ to: emailAddress(email), instance: await instanceName(), link: linkOf(token), hours: hours.welcome }))
    },
  }
}
