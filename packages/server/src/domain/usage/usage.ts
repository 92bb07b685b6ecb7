import { fault } from '../../kernel/faults.ts'
import type { BlockStore, BlockStoreStats } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, Plan, QuotaStanding, Traffic, Usage, UsageStep } from '../../ports/db/index.ts'
import { demand, demandAccountReading, type Principal } from '../access/index.ts'
import type { Reclaim, ReclaimReport } from '../reclaim/index.ts'
import { costOf } from './costs.ts'
import { shares, type Share } from './marks.ts'
import type { Metering } from './metering.ts'
import { monthOf } from './month.ts'
import type { Plans } from './plans.ts'

export interface AccountUsage extends Usage, Pick<QuotaStanding, 'waiting' | 'reserved'> {
  uploads: number
  keys: number
  inFlightPins: number
  /** Undefined: no limits. */
  plan?: Plan
  /** Since the month began. `cost`: millionths of the plan's currency. */
  month: Traffic & { began: number; byteHours: number; cost: number }
  /** Of what the plan limits by the month or by size. */
  shares: Share[]
}

/** Begins and ends at hours. `step`: milliseconds. */
export interface Span {
  from: number
  to: number
  step: 'hour' | 'day'
}

export interface HistoryStep extends UsageStep {
  requests: number
  sent: number
  /** By the plan of today, in millionths of its currency. */
  cost: number
}

/** What is stored, of all accounts, each block once. */
export interface StorageFacts extends BlockStoreStats {
  /** The last reclaim, where there was one. */
  reclaim?: ReclaimReport
}

export interface UsageFacts {
  /** What this account is charged for, and how far its plan reaches. */
  account(principal: Principal): Promise<AccountUsage>
  /** Every step of a span, also where nothing was used. Of an account that is named, for admins alone. Fault INVALID_REQUEST, NOT_FOUND. */
  history(principal: Principal, span: Span, other?: string): Promise<{ plan?: Plan; steps: HistoryStep[] }>
  storage(principal: Principal): Promise<StorageFacts>
}

export interface UsageParts {
  db: Db
  blocks: BlockStore
  reclaim: Reclaim
  clock: Clock
  plans: Pick<Plans, 'of'>
  metering: Pick<Metering, 'flush'>
}

export const stepMs = { hour: 3_600_000, day: 86_400_000 } as const
/** Steps of one answer. */
const maxSteps = 2_500

export function createUsage({ db, blocks, reclaim, clock, plans, metering }: UsageParts): UsageFacts {
  return {
    async account(principal) {
      demandAccountReading(principal)
      await metering.flush()
      const { id } = principal.account
      const now = clock.now()
      const began = monthOf(now)
      return db.read(async (r) => {
        const plan = plans.of(principal.account)
        const standing = await r.quotas.of(id, now)
        const traffic = await r.traffic.since(id, began)
        const steps = await r.traffic.steps(id, { from: began, to: now + 1, step: stepMs.day }, now)
        const byteHours = steps.reduce((sum, step) => sum + step.byteHours, 0)
        const { queued, pinning } = await r.pins.tally(id)
        return {
          ...(await r.usage.of(id)),
          uploads: await r.uploads.count(id),
          keys: await r.keys.count(id),
          inFlightPins: queued + pinning,
          waiting: standing.waiting,
          reserved: standing.reserved,
          plan,
          month: { ...traffic, began, byteHours, cost: costOf(plan, { byteHours, sent: traffic.sent }) },
          shares: plan ? shares(plan, standing, traffic) : [],
        }
      })
    },

    async history(principal, { from, to, step }, other) {
      if (other === undefined) demandAccountReading(principal)
      else demand(principal, 'admin')
      const accountId = other ?? principal.account.id
      const ms = stepMs[step]
      const [first, end] = [Math.floor(from / ms) * ms, Math.ceil(to / ms) * ms]
      if (!(first < end)) throw fault('INVALID_REQUEST', { reason: '"from" must be before "to"' })
      if ((end - first) / ms > maxSteps) throw fault('INVALID_REQUEST', { reason: `at most ${maxSteps} steps are told at once; ask for a shorter time, or by day` })
      await metering.flush()
      return db.read(async (r) => {
        const account = await r.accounts.byId(accountId)
        if (!account) throw fault('NOT_FOUND', { what: 'account of that id' })
        const plan = plans.of(account)
        const known = new Map((await r.traffic.steps(accountId, { from: first, to: end, step: ms }, clock.now())).map((one) => [one.at, one]))
        const steps = Array.from({ length: (end - first) / ms }, (_, i) => known.get(first + i * ms) ?? { at: first + i * ms, byteHours: 0, traffic: {} })
        return { plan, steps: steps.map((one) => totalled(one, plan)) }
      })
    },

    async storage(principal) {
      demandAccountReading(principal)
      return { ...(await blocks.stats()), reclaim: await reclaim.lastReport() }
    },
  }
}

function totalled(step: UsageStep, plan: Plan | undefined): HistoryStep {
  const all = Object.values(step.traffic)
  const sent = all.reduce((sum, one) => sum + one.sent, 0)
  return { ...step, requests: all.reduce((sum, one) => sum + one.requests, 0), sent, cost: costOf(plan, { byteHours: step.byteHours, sent }) }
}
