/** What an account may use. Undefined: any amount. */
export interface PlanLimits {
  /** Bytes of what it holds, each root in full. */
  storageBytes?: number
  /** Blocks of that: tiny ones cost more memory than bytes. */
  blocks?: number
  /** Bytes that responses carry in a month. */
  bandwidthBytes?: number
  /** In a month. */
  requests?: number
  requestsPerMinute?: number
  keys?: number
  /** Pin requests that wait at the same time. */
  inFlightPins?: number
}

export interface Plan extends PlanLimits {
  id: string
  name: string
  /** What it is for. */
  words: string
  /** Of a GiB that is held for a month, and of a GiB sent: millionths of the currency. */
  priceGibMonth: number
  priceGibSent: number
  /** ISO 4217. */
  currency: string
}

export interface PlanReads {
  /** The smallest first. */
  list(): Promise<Plan[]>
  countAccounts(id: string): Promise<number>
  /** Whether any account has one. */
  areUsed(): Promise<boolean>
}

export interface PlanWrites {
  /** In the place of what has its id. Returns whether there was one. */
  put(plan: Plan): Promise<boolean>
  /** Fault CONFLICT where an account has it; false where there is none such. */
  remove(id: string): Promise<boolean>
  /** Undefined: no limits. */
  assign(accountId: string, planId: string | undefined): Promise<void>
}
