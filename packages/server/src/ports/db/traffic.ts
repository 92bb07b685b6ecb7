import type { Account } from './accounts.ts'
import type { Usage } from './usage.ts'

/** By which door it left. */
export type TrafficKind = 'api' | 'upload' | 'gateway' | 'bitswap'

export interface Traffic {
  requests: number
  /** Bytes of bodies of responses, as far as they left. */
  sent: number
}

export interface TrafficCount extends Traffic {
  accountId: string
  /** Its start. */
  hour: number
  kind: TrafficKind
}

/** What an account used within one step of time, which begins at `at`. */
export interface UsageStep {
  at: number
  /** Bytes held, times the hours that they were. */
  byteHours: number
  traffic: Partial<Record<TrafficKind, Traffic>>
}

export interface AccountListing extends Account, Usage {
  /** Since that time. */
  traffic: Traffic
}

export interface TrafficReads {
  /** Since that hour began. */
  since(accountId: string, hour: number): Promise<Traffic>
  /** From the hour `from` to before `to`, in steps of so many milliseconds that begin at multiples of them. What has nothing is left out. */
  steps(accountId: string, span: { from: number; to: number; step: number }, now: number): Promise<UsageStep[]>
  /** Of each of these DAGs that somebody holds, who has done so for longest. */
  holders(dags: readonly string[]): Promise<Map<string, string>>
  /** Start of the first hour of which what was held is not written down. */
  firstRoll(): Promise<number | undefined>
  /** Accounts in the order of their e-mails, after the given one, whose e-mail has this text in it; traffic since that hour. */
  accounts(filter: { search?: string; after?: string; limit: number }, since: number): Promise<AccountListing[]>
}

export interface TrafficWrites {
  /** Adds to what is there. */
  add(counts: readonly TrafficCount[]): Promise<void>
  /** Writes down what up to `limit` accounts held in the hour that ended then; returns how many it was. */
  roll(end: number, limit: number): Promise<number>
  /** Removes hours before that, at most so many rows of each kind. */
  forget(before: number, limit: number): Promise<number>
}
