import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'
import { actorOf, demand, demandAccountReading, type Principal } from '../access/index.ts'

/** What an account decides for all that it sends. */
export interface AccountSettings {
  /** Uploads that do not say otherwise are pinned by their first reader. */
  onDemand: boolean
}

export interface SettingsOfAccounts {
  get(principal: Principal): Promise<AccountSettings>
  change(principal: Principal, settings: AccountSettings): Promise<void>
}

/** `onChange`: called when an account is another one than before. */
export function createAccountSettings({ db, clock, onChange }: { db: Db; clock: Clock; onChange(): void }): SettingsOfAccounts {
  return {
    async get(principal) {
      demandAccountReading(principal)
      const account = await db.read((r) => r.accounts.byId(principal.account.id))
      return { onDemand: account?.onDemand ?? false }
    },

    async change(principal, { onDemand }) {
      demand(principal, 'account')
      const { id } = principal.account
      const what = `new uploads ${onDemand ? 'wait for their first reader' : 'are pinned at once'}`
      await db.write(async (w) => {
        await w.accounts.setOnDemand(id, onDemand)
        await w.events.insert({ accountId: id, kind: 'settings.changed', actor: actorOf(principal), at: clock.now(), data: { what } })
      })
      onChange()
    },
  }
}
