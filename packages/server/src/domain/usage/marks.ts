import { bytesInWords, count } from '../../kernel/words.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Account, Db, Plan, QuotaStanding, QuotaSubject, Reader, Traffic } from '../../ports/db/index.ts'
import type { Log } from '../../ports/log.ts'
import type { Letter } from '../../ports/mailer.ts'
import type { Post } from '../../ports/post.ts'
import { system } from '../events/index.ts'
import { monthOf } from './month.ts'
import type { Plans } from './plans.ts'

export interface MarksParts {
  db: Db
  clock: Clock
  log?: Log
  plans: Pick<Plans, 'of' | 'areUsed'>
  /** Absent: nobody is written to. */
  post?: Post
  /** How to get more, in words. */
  more?(): string
}

/** Tells accounts when so much of their plan is used, once a month of each mark. */
export interface Marks {
  /** What this account uses may have passed one. */
  look(accountId: string): void
  close(): Promise<void>
}

/** How much is used of one thing that a plan limits. */
export interface Share {
  what: QuotaSubject
  used: number
  limit: number
  /** Of a hundred, rounded down. */
  percent: number
}

/** Of a hundred. */
const marks = [100, 90, 75] as const
const lookEvery = 1_000
const atOnce = 100
const believed = 10_000
const maxRemembered = 50_000

export function createMarks({ db, clock, log, plans, post, more = () => '' }: MarksParts): Marks {
  let waiting = new Set<string>()
  let looking: Promise<void> = Promise.resolve()
  /** Accounts that had no plan, until when that is believed. */
  const unplanned = new Map<string, number>()
  /** The highest mark that is known to have been told, by account, subject and month. */
  const told = new Map<string, number>()
  const timer = setInterval(() => (looking = looking.then(lookAtSome)), lookEvery).unref()

  async function lookAtSome(): Promise<void> {
    const some = [...waiting].slice(0, atOnce)
    for (const accountId of some) {
      waiting.delete(accountId)
      try {
        await lookAt(accountId)
      } catch (error) {
        log?.warn({ error, account: accountId }, 'could not look at what an account uses of its plan')
      }
    }
  }

  async function lookAt(accountId: string): Promise<void> {
    const now = clock.now()
    const period = monthOf(now)
    const found = await db.read(async (r) => sharesOf(r, plans, await r.accounts.byId(accountId), now))
    if (found === undefined) {
      if (unplanned.size > maxRemembered) unplanned.clear()
      unplanned.set(accountId, now + believed)
    }
    if (told.size > maxRemembered) told.clear()
    for (const share of found?.shares ?? []) {
      const key = `${accountId} ${share.what} ${period}`
      const mark = markOf(share)
      if (mark === 0 || mark <= (told.get(key) ?? 0)) continue
      await tell(found!.account, found!.plan, share, mark, period, now)
      told.set(key, mark)
    }
  }

  /** Once. Lower marks are told with it. */
  async function tell(account: Account, plan: Plan, share: Share, mark: number, period: number, now: number): Promise<void> {
    const [accountId, { what, percent }] = [account.id, share]
    await db.write(async (w) => {
      const isNew = await w.quotas.warn({ accountId, what, level: mark, period }, now)
      for (const level of marks.filter((lower) => lower < mark)) await w.quotas.warn({ accountId, what, level, period }, now)
      if (!isNew) return
      await w.events.insert({ accountId, kind: mark === 100 ? 'quota.reached' : 'quota.warned', actor: system, at: now, data: { what, percent, plan: plan.name } })
      await post?.put(w, { what: 'notice', ...letterOf(account, plan, share, mark) })
    })
  }

  function letterOf({ email }: Account, plan: Plan, share: Share, mark: number): Letter {
    const subject = mark === 100 ? `All of your ${share.what} is used` : `${mark} % of your ${share.what} is used`
    const text = `The plan ${plan.name} of ${email} gives ${inUnits(share.what, share.limit)}; ${inUnits(share.what, share.used)} are used.\n${share.percent >= 100 ? 'What is stored stays. Nothing more is taken until there is room again.\n' : ''}${inSentence(more())}`
    return { to: email, subject, text }
  }

  return {
    look(accountId) {
      if (plans.areUsed() && (unplanned.get(accountId) ?? 0) < clock.now()) waiting.add(accountId)
    },
    async close() {
      clearInterval(timer)
      waiting = new Set()
      await looking
    },
  }
}

/** What an account with a plan uses of it. Undefined without one. */
export async function sharesOf(r: Reader, plans: Pick<Plans, 'of'>, account: Account | undefined, now: number): Promise<{ account: Account; plan: Plan; shares: Share[] } | undefined> {
  const plan = account && plans.of(account)
  if (account === undefined || plan === undefined) return undefined
  return { account, plan, shares: shares(plan, await r.quotas.of(account.id, now), await r.traffic.since(account.id, monthOf(now))) }
}

export function shares(plan: Plan, { charged, waiting }: QuotaStanding, { sent, requests }: Traffic): Share[] {
  const all: [QuotaSubject, number, number | undefined][] = [
    ['storage', charged.bytes + waiting.bytes, plan.storageBytes],
    ['blocks', charged.blocks + waiting.blocks, plan.blocks],
    ['bandwidth', sent, plan.bandwidthBytes],
    ['requests', requests, plan.requests],
  ]
  return all.flatMap(([what, used, limit]) => (limit === undefined ? [] : [{ what, used, limit, percent: limit === 0 ? 100 : Math.floor((used / limit) * 100) }]))
}

/** The highest that is passed; 0: none. */
export function markOf({ percent }: Share): number {
  return marks.find((mark) => percent >= mark) ?? 0
}

function inUnits(what: QuotaSubject, amount: number): string {
  return what === 'storage' || what === 'bandwidth' ? bytesInWords(amount) : count(amount, what === 'blocks' ? 'block' : 'request')
}

function inSentence(words: string): string {
  return words && `\n${words[0]!.toUpperCase()}${words.slice(1)}.\n`
}
