import { fault } from '../../kernel/faults.ts'
import type { Scope } from '../../kernel/scopes.ts'
import type { Account, MemberRole } from '../../ports/db/index.ts'

/** Who is calling. */
export interface Principal {
  account: Account
  scopes: ReadonlySet<Scope>
  /** The key that was shown; undefined for a signed-in person. */
  keyId?: string
  keyName?: string
  /** When that key ends, milliseconds since the epoch; undefined: never. */
  expires?: number
  /** The person who is signed in; undefined for a key. */
  member?: { id: string; email: string }
  /** Hash of their session's secret. */
  session?: string
  /** What this person is to the account; undefined for a key. */
  role?: MemberRole
}

/** Faults SCOPE_MISSING, or for a person ROLE_MISSING, unless the principal may do this. */
export function demand({ scopes, role }: Principal, scope: Scope): void {
  if (!scopes.has(scope)) throw role === undefined ? fault('SCOPE_MISSING', { scope }) : fault('ROLE_MISSING', { role })
}

/** What concerns the account as such, to be read: by keys with the scope `account`, by owners and by members. Faults as `demand`. */
export function demandAccountReading(principal: Principal): void {
  if (principal.role !== 'member') demand(principal, 'account')
}

/** What only a person may do who owns the account, and no key. Fault ROLE_MISSING. */
export function demandOwner({ role }: Principal): void {
  if (role !== 'owner') throw fault('ROLE_MISSING', { role: role ?? 'a key' })
}
