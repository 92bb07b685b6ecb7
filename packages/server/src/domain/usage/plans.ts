import { fault } from '../../kernel/faults.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Account, Db, Plan, Reader } from '../../ports/db/index.ts'
import { actorOf, demand, type Principal } from '../access/index.ts'

/** The plan of people who sign up themselves. */
export const planOfNewcomers = 'free'

/** What the page of the plans says besides: how to get more, in the admin's words, and whom to ask. */
export interface PlansPage {
  words: string
  contact: string
}

/** Plans are kept in mind: what goes by them costs no look-up. Another process hears of a change within a second. */
export interface Plans {
  /** Undefined: no limits. */
  of(account: Pick<Account, 'planId'>): Plan | undefined
  /** The same, for what must not be passed: a plan that is not known yet is looked up. */
  find(r: Reader, account: Pick<Account, 'planId'>): Promise<Plan | undefined>
  list(): readonly Plan[]
  /** Whether any account has a plan at all. */
  areUsed(): boolean
  page(): Promise<PlansPage>
  /** The following are for admins. Faults SCOPE_MISSING, ROLE_MISSING. */
  setPage(principal: Principal, page: PlansPage): Promise<void>
  put(principal: Principal, plan: Plan): Promise<void>
  /** Faults CONFLICT while accounts have it, NOT_FOUND. */
  remove(principal: Principal, id: string): Promise<void>
  /** Null: no limits. Fault NOT_FOUND. */
  assign(principal: Principal, accountId: string, planId: string | null): Promise<void>
  close(): void
}

const lookMs = 1_000
const pageName = 'plans-page'

/** `onChange`: called when an account is another one than before. */
export async function openPlans({ db, clock, onChange = () => {} }: { db: Db; clock: Clock; onChange?(): void }): Promise<Plans> {
  let all: readonly Plan[] = []
  let isUsed = false

  async function look(r: Reader): Promise<void> {
    all = await r.plans.list()
    isUsed = await r.plans.areUsed()
  }
  const lookNow = () => db.read(look)

  await lookNow()
  // What fails is read the next time.
  const timer = setInterval(() => void lookNow().catch(() => {}), lookMs).unref()
  const of: Plans['of'] = ({ planId }) => (planId === undefined ? undefined : byId(planId))
  const byId = (id: string) => all.find((plan) => plan.id === id)

  return {
    of,
    async find(r, account) {
      if (account.planId !== undefined && of(account) === undefined) await look(r)
      return of(account)
    },
    list: () => all,
    areUsed: () => isUsed,

    async page() {
      const text = await db.read((r) => r.instance.get(pageName))
      return text === undefined ? { words: '', contact: '' } : (JSON.parse(text) as PlansPage)
    },

    async setPage(principal, { words, contact }) {
      demand(principal, 'admin')
      await db.write(async (w) => {
        await w.instance.set(pageName, JSON.stringify({ words, contact }))
        await w.events.insert({ kind: 'settings.changed', actor: actorOf(principal), at: clock.now(), data: { what: 'the page of the plans' } })
      })
    },

    async put(principal, plan) {
      demand(principal, 'admin')
      await db.write(async (w) => {
        const isOld = await w.plans.put(plan)
        await w.events.insert({ kind: isOld ? 'plan.changed' : 'plan.created', actor: actorOf(principal), at: clock.now(), data: { plan: plan.name, id: plan.id } })
      })
      await lookNow()
    },

    async remove(principal, id) {
      demand(principal, 'admin')
      if (id === planOfNewcomers) throw fault('CONFLICT', { reason: 'people who sign up get this plan; change it instead' })
      await db.write(async (w) => {
        if (!(await w.plans.remove(id))) throw fault('NOT_FOUND', { what: 'plan of that id' })
        await w.events.insert({ kind: 'plan.removed', actor: actorOf(principal), at: clock.now(), data: { plan: byId(id)?.name ?? id, id } })
      })
      await lookNow()
    },

    async assign(principal, accountId, planId) {
      demand(principal, 'admin')
      await db.write(async (w) => {
        if (!(await w.accounts.byId(accountId))) throw fault('NOT_FOUND', { what: 'account of that id' })
        const plan = planId === null ? undefined : (await w.plans.list()).find(({ id }) => id === planId)
        if (planId !== null && plan === undefined) throw fault('NOT_FOUND', { what: 'plan of that id' })
        await w.plans.assign(accountId, plan?.id)
        await w.events.insert({ accountId, kind: 'account.plan-set', actor: actorOf(principal), at: clock.now(), data: { plan: plan?.name, id: plan?.id } })
      })
      await lookNow()
      onChange()
    },

    close: () => clearInterval(timer),
  }
}
