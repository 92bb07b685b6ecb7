import type { BlockList } from 'node:net'
import type { Principal } from '../../domain/access/index.ts'
import { fault } from '../../kernel/faults.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Account } from '../../ports/db/index.ts'
import type { Call } from '../edge.ts'
import { clientAddress, clientNetwork } from './client-address.ts'
import { tokenBuckets, type Level, type TokenBuckets } from './token-buckets.ts'

export interface LimitsOptions {
  /** Requests a minute of one key; 0: any number. */
  perKey: number
  /** Wrong keys a minute from one address; 0: any number. */
  failures: number
  /** What the plan of an account gives. Default: any number. */
  plans?: { perMinute(account: Account): number | undefined; /** Fault ALLOWANCE_SPENT. */ demandRequest(account: Account): Promise<void> | void }
  /** Whose `X-Forwarded-For` is believed. */
  proxies: BlockList
  clock: Clock
}

/** How often one may ask. Each call may fault RATE_LIMITED, and tells the client where it stands in headers. */
export interface Limits {
  /** Before a key is looked at: its address may have shown too many wrong ones. A key that was right lately passes all the same. */
  admit(call: Call, token: string): void
  /** The key was wrong. */
  wrong(call: Call): void
  /** Who calls: the address, or the network of an IPv6 customer. */
  addressOf(call: Call): string
  /** A request of somebody known. By key it counts for what the plan gives a month; people always find out what they have used. */
  spend(call: Call, principal: Principal, token?: string): Promise<void> | void
}

/** Programs ask after each pin twice a second until it is pinned: 200 pins at once, whatever the other limit. */
const minPolls = 24_000
/** Buckets of each kind: some 200 bytes each, and the key that is shown. */
const maxBuckets = 20_000
const maxPlans = 1_000
const anyNumber = Number.MAX_SAFE_INTEGER

export function createLimits({ perKey, failures: wrongKeys, plans, proxies, clock }: LimitsOptions): Limits {
  const bucketsOf = (perMinute: number) => tokenBuckets({ capacity: perMinute, maxBuckets, clock })
  const requests = bucketsOf(perKey || anyNumber)
  const polls = bucketsOf(Math.max(perKey || anyNumber, minPolls))
  const failures = bucketsOf(wrongKeys || anyNumber)
  /** Of accounts, by what their plans allow a minute. */
  const planned = new Map<number, TokenBuckets>()

  const addressOf = (call: Call) => clientNetwork(clientAddress(call.env.incoming, proxies))

  return {
    addressOf,
    admit(call, token) {
      if (requests.has(token) || polls.has(token)) return
      const level = failures.look(addressOf(call))
      if (!level.ok) refuse(call, level)
    },
    wrong(call) {
      failures.take(addressOf(call))
    },
    spend(call, { account }, token) {
      const level = (isPoll(call) ? polls : requests).take(token ?? account.id)
      tell(call, level)
      if (!level.ok) refuse(call, level)
      const perMinute = plans?.perMinute(account)
      if (perMinute !== undefined) spendOfPlan(call, account.id, perMinute)
      if (token !== undefined) return plans?.demandRequest(account)
    },
  }

  function spendOfPlan(call: Call, accountId: string, perMinute: number): void {
    const buckets = planned.get(perMinute) ?? bucketsOf(perMinute)
    // Admins change plans seldom.
    if (planned.size > maxPlans) planned.clear()
    planned.set(perMinute, buckets)
    const level = buckets.take(accountId)
    if (perMinute < (perKey || anyNumber)) tell(call, level)
    if (!level.ok) refuse(call, level)
  }

  function refuse(call: Call, level: Level): never {
    tell(call, level)
    throw fault('RATE_LIMITED', { seconds: Math.ceil(level.nextIn / 1000) })
  }

  /** The headers that Pinata began with and clients know; the reset is in epoch seconds. */
  function tell(call: Call, { limit, remaining, fullIn }: Level): void {
    if (limit === anyNumber) return
    const { outgoing } = call.env
    outgoing.setHeader('x-ratelimit-limit', limit)
    outgoing.setHeader('x-ratelimit-remaining', remaining)
    outgoing.setHeader('x-ratelimit-reset', Math.ceil((clock.now() + fullIn) / 1000))
  }
}

function isPoll({ req }: Call): boolean {
  return req.method === 'GET' && /\/pins\/[^/]+$/.test(req.path)
}
