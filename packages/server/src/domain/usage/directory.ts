import { fault } from '../../kernel/faults.ts'
import type { Clock } from '../../ports/clock.ts'
import type { AccountListing, Db } from '../../ports/db/index.ts'
import { actorOf, demand, type Principal } from '../access/index.ts'
import type { Metering } from './metering.ts'
import { monthOf } from './month.ts'

export interface DirectoryParts {
  db: Db
  clock: Clock
  metering: Pick<Metering, 'flush'>
  /** Called when an account is another one than before. */
  onChange(): void
}

/** All accounts, for admins. Faults SCOPE_MISSING, ROLE_MISSING. */
export interface Directory {
  /** In the order of their e-mails, behind the given one; traffic since the month began. */
  list(principal: Principal, filter: { search?: string; after?: string; limit: number }): Promise<AccountListing[]>
  /** Nobody comes in any more, by key or session: at once in this process, within a second in others; what is stored stays. Faults NOT_FOUND, CONFLICT for the admin's own account. */
  suspend(principal: Principal, accountId: string, isSuspended: boolean): Promise<void>
}

export function createDirectory({ db, clock, metering, onChange }: DirectoryParts): Directory {
  return {
    async list(principal, filter) {
      demand(principal, 'admin')
      await metering.flush()
      return db.read((r) => r.traffic.accounts(filter, monthOf(clock.now())))
    },

    async suspend(principal, accountId, isSuspended) {
      demand(principal, 'admin')
      if (accountId === principal.account.id) throw fault('CONFLICT', { reason: 'this is the account that you act for' })
      await db.write(async (w) => {
        const account = await w.accounts.byId(accountId)
        if (!account) throw fault('NOT_FOUND', { what: 'account of that id' })
        if (account.suspended === isSuspended) return
        await w.accounts.setSuspended(accountId, isSuspended)
        await w.events.insert({ accountId, kind: isSuspended ? 'account.suspended' : 'account.resumed', actor: actorOf(principal), at: clock.now(), data: { email: account.email } })
      })
      onChange()
    },
  }
}
