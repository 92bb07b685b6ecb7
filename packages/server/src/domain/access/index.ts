import { fault } from '../../kernel/faults.ts'
import type { Scope } from '../../kernel/scopes.ts'
import type { Account } from '../../ports/db/index.ts'

export { discreetAttempts, discreetWords, spelt } from './discreet.ts'

/** Who is calling. */
export interface Principal {
  account: Account
  scopes: ReadonlySet<Scope>
  /** The key that was shown; undefined for a signed-in person. */
  keyId?: string
  keyName?: string
}

/** Faults SCOPE_MISSING unless the principal may do this. */
export function demand(principal: Principal, scope: Scope): void {
  if (!principal.scopes.has(scope)) throw fault('SCOPE_MISSING', { scope })
}
