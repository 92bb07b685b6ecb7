import { fault } from '../../kernel/faults.ts'
import { bytesInWords, count } from '../../kernel/words.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Account, Db, Plan, Traffic } from '../../ports/db/index.ts'
import { rememberHolders } from './holders.ts'
import { monthOf, nextMonth } from './month.ts'
import type { Plans } from './plans.ts'

export interface AllowancesParts {
  db: Db
  clock: Clock
  plans: Pick<Plans, 'of' | 'areUsed'>
  /** How to get more, in words. */
  more?(): string
  /** Public readers of what an account has held for longest get it also where the account has used up its bandwidth. */
  servesOver?: boolean
}

/** What plans give for a month: requests, and bytes sent. Answers from memory; of accounts without a plan, nothing is looked at. */
export interface Allowances {
  /** Fault ALLOWANCE_SPENT. */
  demandRequest(account: Account): Promise<void> | void
  /** For a read of content. Fault ALLOWANCE_SPENT. */
  demandBandwidth(account: Account): Promise<void> | void
  /** The same for a public reader of this root (canonical text), where the operator wants that. */
  demandFor(root: string): Promise<void> | void
  spent(accountId: string, traffic: Traffic): void
}

interface Month extends Traffic {
  began: number
  /** When it was read last: other processes count too. */
  read: number
}

const maxAge = 5_000
const maxAccounts = 20_000

export function createAllowances({ db, clock, plans, more = () => '', servesOver = true }: AllowancesParts): Allowances {
  const holdersOf = rememberHolders({ db, clock })
  const months = new Map<string, Month>()

  async function read(accountId: string): Promise<Month> {
    const now = clock.now()
    const began = monthOf(now)
    const known = months.get(accountId)
    // Asked once, whatever comes meanwhile.
    if (known) known.read = now
    const found = await db.read((r) => r.traffic.since(accountId, began))
    // What was counted here meanwhile may not be written yet.
    const last = months.get(accountId)
    const same = last?.began === began ? last : undefined
    const month = { began, read: now, requests: Math.max(found.requests, same?.requests ?? 0), sent: Math.max(found.sent, same?.sent ?? 0) }
    if (months.size >= maxAccounts) months.clear()
    months.set(accountId, month)
    return month
  }

  function withMonth(accountId: string, check: (month: Month) => void): Promise<void> | void {
    const known = months.get(accountId)
    const now = clock.now()
    if (known === undefined || known.began !== monthOf(now)) return read(accountId).then(check)
    if (now - known.read > maxAge) read(accountId).catch(() => {})
    check(known)
  }

  function spentWords(plan: Plan, reason: string) {
    const now = clock.now()
    const words = [reason, `it begins anew on ${new Date(nextMonth(now)).toISOString().slice(0, 10)}`, more()]
    return fault('ALLOWANCE_SPENT', { reason: words.filter((one) => one !== '').join('; '), seconds: Math.ceil((nextMonth(now) - now) / 1000), plan: plan.id })
  }

  function demandBandwidth(account: Pick<Account, 'id' | 'planId'>): Promise<void> | void {
    const plan = plans.of(account)
    const limit = plan?.bandwidthBytes
    if (plan === undefined || limit === undefined) return
    return withMonth(account.id, ({ sent }) => {
      if (sent >= limit) throw spentWords(plan, `${bytesInWords(sent)} were sent of the ${bytesInWords(limit)} that the plan ${plan.name} gives`)
    })
  }

  async function demandOfHolder(root: string): Promise<void> {
    const holder = (await holdersOf([root])).get(root)
    const account = holder === undefined ? undefined : await db.read((r) => r.accounts.byId(holder))
    if (account) await demandBandwidth(account)
  }

  return {
    demandRequest(account) {
      const plan = plans.of(account)
      const limit = plan?.requests
      if (plan === undefined || limit === undefined) return
      return withMonth(account.id, ({ requests }) => {
        if (requests >= limit) throw spentWords(plan, `${count(requests, 'request')} were made of the ${count(limit, 'request')} that the plan ${plan.name} gives`)
      })
    },

    demandBandwidth,

    demandFor(root) {
      if (!servesOver && plans.areUsed()) return demandOfHolder(root)
    },

    spent(accountId, { requests, sent }) {
      const month = months.get(accountId)
      if (month === undefined) return
      month.requests += requests
      month.sent += sent
    },
  }
}
