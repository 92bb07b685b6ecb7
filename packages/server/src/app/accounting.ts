import type { Config } from '../config/config.ts'
import { createAllowances, createMarks, createMetering, createQuotas, openPlans, storedHours, type Allowances, type Metering, type Plans, type Quotas } from '../domain/usage/index.ts'
import type { Db } from '../ports/db/index.ts'
import type { Log } from '../ports/log.ts'
import type { Post } from '../ports/post.ts'
import { systemClock as clock } from './clock.ts'

export interface AccountingParts {
  db: Db
  log: Log
  post?: Post
  /** Where people reach the dashboard. */
  home(): string
  /** Called when an account is another one than before. */
  onChange(): void
}

/** What accounts may use, and what they do use. */
export interface Accounting {
  plans: Plans
  quotas: Quotas
  allowances: Allowances
  metering: Metering
  close(): Promise<void>
}

export async function openAccounting({ plans: config }: Config, { db, log, post, home, onChange }: AccountingParts): Promise<Accounting> {
  const more = () => `for more, see ${home()}/plans`
  const plans = await openPlans({ db, clock, onChange })
  const marks = createMarks({ db, clock, log, plans, post, more })
  const quotas = createQuotas({ db, clock, plans, more, maxUploads: config.maxUploads, onUse: marks.look })
  const allowances = createAllowances({ db, clock, plans, more, servesOver: config.servesOver })
  const onCharge: typeof allowances.spent = (accountId, traffic) => {
    allowances.spent(accountId, traffic)
    marks.look(accountId)
  }
  const metering = createMetering({ db, clock, log, onCharge })
  const hours = storedHours({ db, clock, log, keep: config.keep })
  await quotas.start()
  return {
    plans,
    quotas,
    allowances,
    metering,
    async close() {
      quotas.close()
      await hours.close()
      await metering.close()
      await marks.close()
      plans.close()
    },
  }
}
