import { emailAddress, normalEmail } from '../../kernel/email.ts'
import { fault } from '../../kernel/faults.ts'
import { scopes, type Scope } from '../../kernel/scopes.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Account, Db, MemberRole, Role, Writer } from '../../ports/db/index.ts'
import type { SignedIn, SignIn } from '../../ports/sign-in.ts'
import type { Principal } from '../access/index.ts'

export interface AccountsParts {
  db: Db
  signIn: SignIn
  clock: Clock
  /** Whether anybody may make an account. */
  isOpen: boolean
}

export interface Accounts {
  /** The account of this e-mail, made where absent. */
  ensure(email: string): Promise<Account>
  /** An admin who can sign in, made or raised where needed. An existing password stays as it is. */
  ensureAdmin(email: string, password: string): Promise<Account>
  /** The same in a transaction of the caller's: what takes long is done before it. */
  readyAdmin(email: string, password: string): Promise<(w: Writer) => Promise<Account>>
  /** Whose session this is, whatever is still to be shown; fault UNAUTHENTICATED. */
  whoIs(headers: Headers): Promise<SignedIn>
  /** The account that somebody looks at, whatever they may do there. Fault ACCOUNT_MISSING where there is none. */
  shown(who: Pick<SignedIn, 'accountId' | 'account' | 'role'>): Promise<{ account: Account; role: MemberRole }>
  /** What the person may do whose session cookie is in these headers; faults UNAUTHENTICATED, SECOND_FACTOR_NEEDED, ACCOUNT_MISSING, ACCOUNT_SUSPENDED. */
  bySession(headers: Headers): Promise<Principal>
}

export function createAccounts({ db, signIn, clock, isOpen }: AccountsParts): Accounts {
  async function whoIs(headers: Headers): Promise<SignedIn> {
    const who = await signIn.sessions.of(headers)
    if (!who) throw fault('UNAUTHENTICATED', { reason: 'no session' })
    return who
  }

  async function shown({ accountId, account: known, role }: Pick<SignedIn, 'accountId' | 'account' | 'role'>): Promise<{ account: Account; role: MemberRole }> {
    const account = known ?? (accountId === undefined ? undefined : await db.read((r) => r.accounts.byId(accountId)))
    if (!account || !role) throw fault('ACCOUNT_MISSING', { advice: isOpen ? 'open the dashboard and make one of your own, or ask its owner for an invitation' : 'ask whoever runs this server, or the owner of an account, for an invitation' })
    return { account, role }
  }

  async function readyAdmin(email: string, password: string): Promise<(w: Writer) => Promise<Account>> {
    const draft = (await signIn.members.byEmail(email)) ? undefined : await signIn.members.draft({ email, password, madeBy: 'operator' })
    return async (w) => {
      const now = clock.now()
      if (draft) await w.members.insert(draft)
      const member = draft ?? (await w.members.byEmail(normalEmail(email)))!
      const account = await ensureAccount(w, email, 'admin', now)
      if (account.role !== 'admin') await w.accounts.setRole(account.id, 'admin')
      await w.memberships.set({ accountId: account.id, memberId: member.id, role: 'owner', created: now })
      return { ...account, role: 'admin' }
    }
  }

  return {
    ensure: (email) => db.write((w) => ensureAccount(w, email, 'user', clock.now())),

    ensureAdmin: async (email, password) => db.write(await readyAdmin(email, password)),
    readyAdmin,
    whoIs,
    shown,

    async bySession(headers) {
      const { member, needs, hash, ...look } = await whoIs(headers)
      if (needs) throw fault('SECOND_FACTOR_NEEDED', { reason: needs === 'enrolment' ? 'this server asks for one, so set one up in Settings' : 'a one-time code, or a passkey', needs })
      const { account, role } = await shown(look)
      if (account.suspended) throw fault('ACCOUNT_SUSPENDED')
      return { account, scopes: scopesOf(role, account), member, session: hash, role }
    },
  }
}

/** A signed-in person may do what their role in the account allows; its owner, all that the account may. */
const allowed = {
  owner: scopes.filter((scope) => scope !== 'admin'),
  member: ['pins:read', 'pins:write', 'upload', 'gateway'],
  reader: ['pins:read', 'gateway'],
} as const satisfies Record<MemberRole, readonly Scope[]>

function scopesOf(role: MemberRole, account: Account): ReadonlySet<Scope> {
  return new Set<Scope>(role === 'owner' && account.role === 'admin' ? scopes : allowed[role])
}

/** Finds or makes an account; fault INVALID_REQUEST where the text is no e-mail address. `planId`: of one that is made. */
export async function ensureAccount(w: Writer, text: string, role: Role, now: number, planId?: string): Promise<Account> {
  const found = await w.accounts.byEmail(normalEmail(text))
  if (found) return found
  const account: Account = { id: crypto.randomUUID(), email: emailAddress(text), role, created: now, suspended: false, ...(planId !== undefined && { planId }) }
  await w.accounts.insert(account)
  return account
}
