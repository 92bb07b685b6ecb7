import { randomBytes } from 'node:crypto'
import { emailAddress } from '../../kernel/email.ts'
import { fault } from '../../kernel/faults.ts'
import { secretHash } from '../../kernel/secrets.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, LoginTokenKind, LoginTokenRow, MemberRole } from '../../ports/db/index.ts'
import type { Letter } from '../../ports/mailer.ts'
import type { InvitationMailing, Post } from '../../ports/post.ts'
import { actorOf, demand, demandOwner, type Principal } from '../access/index.ts'
import { invitationLetter, welcomeLetter } from './invitation-letters.ts'
import { demandStillIn } from './still-in.ts'

export interface InvitationParts {
  db: Db
  clock: Clock
  /** Absent: links are handed over. */
  post?: Post
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
  /** The letter that brings one, with a token of its own: what was sent before works no more. Undefined: it is over. */
  write(mailing: InvitationMailing): Promise<Letter | undefined>
}

const hours = { asked: 72, welcome: 1 } as const
/** That wait at the same time, for one account. */
const maxWaiting = 100

export function createInvitations({ db, clock, post, home, instanceName }: InvitationParts): Invitations {
  async function issue({ email: text, by, accountId, role }: { email: string; by?: Principal; accountId?: string; role?: MemberRole }): Promise<Invited> {
    const email = emailAddress(text)
    const token = newToken()
    const now = clock.now()
    const kind: LoginTokenKind = post ? 'mailed' : 'invite'
    const expires = now + (by ? hours.asked : hours.welcome) * 3_600_000
    const row: LoginTokenRow = { hash: secretHash(token), id: crypto.randomUUID(), kind, email, accountId, role, madeBy: by?.member?.email ?? by?.keyName, created: now, expires }
    await db.write(async (w) => {
      if (by && (await w.loginTokens.invitations(accountId, now)).length >= maxWaiting) throw fault('CONFLICT', { reason: `${maxWaiting} invitations wait already; withdraw some` })
      if (accountId !== undefined && (await w.memberships.ofAccount(accountId)).some((one) => one.email === email)) throw fault('CONFLICT', { reason: `${email} is here already` })
      if (by) {
        await w.events.insert({ accountId: accountId ?? by.account.id, kind: 'member.invited', actor: actorOf(by), at: now, data: { email, role: role ?? 'owner of a new account' } })
        await demandStillIn(w, by)
      }
      await w.loginTokens.insert(row)
      await post?.put(w, { what: 'invitation', to: email, id: row.id, by: by && (by.member?.email ?? by.account.email), account: accountId && by?.account.email }, expires)
    })
    return { id: row.id, expires, ...(!post && { token }) }
  }

  async function withdraw(accountId: string | undefined, id: string): Promise<void> {
    if (!(await db.write((w) => w.loginTokens.removeInvitation(accountId, id)))) throw fault('NOT_FOUND', { what: 'invitation of that id' })
  }

  return {
    async invite(principal, { email, role }) {
      demandOwner(principal)
      return issue({ email, role, accountId: principal.account.id, by: principal })
    },
    async inviteAccount(principal, { email }) {
      demand(principal, 'admin')
      if (await db.read(async (r) => (await r.members.byEmail(emailAddress(email))) !== undefined)) throw fault('CONFLICT', { reason: `${emailAddress(email)} can sign in already` })
      return issue({ email, by: principal })
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
      if (!post) throw fault('NOT_FOUND', { what: 'mail' })
      await issue({ email })
    },
    async write({ to, id, by, account }) {
      const [token, now] = [newToken(), clock.now()]
      const row = await db.write((w) => w.loginTokens.renew(id, secretHash(token), now))
      if (!row) return undefined
      const about = { to, instance: await instanceName(), link: `${home()}/invitation#token=${token}`, hours: Math.ceil((row.expires - now) / 3_600_000) }
      return by === undefined ? welcomeLetter(about) : invitationLetter(about, by, account)
    },
  }
}

const newToken = () => randomBytes(32).toString('base64url')
