import { fault } from '../../kernel/faults.ts'
import { scopes, type Scope } from '../../kernel/scopes.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Account, Db, Role, Writer } from '../../ports/db/index.ts'
import type { SignIn } from '../../ports/sign-in.ts'
import type { Principal } from '../access/index.ts'

export interface AccountsParts {
  db: Db
  signIn: SignIn
  clock: Clock
}

export interface Accounts {
  /** The account of this e-mail, made where absent. */
  ensure(email: string): Promise<Account>
  /** An admin who can sign in, made or raised where needed. An existing password stays as it is. */
  ensureAdmin(email: string, password: string): Promise<Account>
  /** Who the session cookie in these headers belongs to; fault UNAUTHENTICATED. */
  bySession(headers: Headers): Promise<Principal>
}

export function createAccounts({ db, signIn, clock }: AccountsParts): Accounts {
  return {
    ensure: (email) => db.write((w) => ensureAccount(w, email, 'user', clock.now())),

    async ensureAdmin(email, password) {
      if (!(await signIn.hasMember(normal(email)))) await signIn.createMember(normal(email), password)
      return db.write(async (w) => {
        const account = await ensureAccount(w, email, 'admin', clock.now())
        if (account.role !== 'admin') await w.accounts.setRole(account.id, 'admin')
        return { ...account, role: 'admin' as const }
      })
    },

    async bySession(headers) {
      const member = await signIn.session(headers)
      if (!member) throw fault('UNAUTHENTICATED', { reason: 'no session' })
      const account = await db.read((r) => r.accounts.byEmail(member.email))
      if (!account) throw fault('UNAUTHENTICATED', { reason: 'this member has no account' })
      return principalOf(account)
    },
  }
}

/** A signed-in person may do all that their role allows. */
function principalOf(account: Account): Principal {
  if (account.suspended) throw fault('ACCOUNT_SUSPENDED')
  const allowed: readonly Scope[] = account.role === 'admin' ? scopes : scopes.filter((scope) => scope !== 'admin')
  return { account, scopes: new Set(allowed) }
}

/** Finds or makes an account; fault INVALID_REQUEST where the text is no e-mail address. */
export async function ensureAccount(w: Writer, email: string, role: Role, now: number): Promise<Account> {
  const found = await w.accounts.byEmail(normal(email))
  if (found) return found
  if (!/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 254) throw fault('INVALID_REQUEST', { reason: `"${email}" is not an e-mail address` })
  const account: Account = { id: crypto.randomUUID(), email: normal(email), role, created: now, suspended: false }
  await w.accounts.insert(account)
  return account
}

function normal(email: string): string {
  return email.trim().toLowerCase()
}
