/** What counts against the storage of a plan. */
export interface Room {
  bytes: number
  blocks: number
}

export interface QuotaStanding {
  /** What the account is charged for. */
  charged: Room
  /** What it has brought, or has had fetched, of DAGs that are not complete, for which nobody is charged yet. */
  waiting: Room
  /** What its uploads under way have taken. */
  reserved: Room
}

/** Room that an upload under way has taken, until then. */
export interface Reservation extends Room {
  id: string
  accountId: string
  until: number
}

export type QuotaSubject = 'storage' | 'blocks' | 'bandwidth' | 'requests'

export interface QuotaWarning {
  accountId: string
  what: QuotaSubject
  /** Of a hundred. */
  level: number
  /** When the month began. */
  period: number
}

export interface QuotaReads {
  /** At this time, without the reservation of that id. */
  of(accountId: string, now: number, except?: string): Promise<QuotaStanding>
  /** Accounts with a plan whose pin requests wait for this DAG, those that came with an upload left out. */
  waitingFor(dag: string): Promise<{ accountId: string; planId: string }[]>
  /** Ids of those requests, of one account. */
  waitingPins(dag: string, accountId: string, limit: number): Promise<string[]>
}

export interface QuotaWrites {
  /** Until the transaction ends, no other that calls this, or changes what it is charged for, goes by what the account uses. */
  lock(accountId: string): Promise<void>
  /** Takes room, or changes what was taken under this id. */
  reserve(reservation: Reservation): Promise<void>
  extend(ids: readonly string[], until: number): Promise<void>
  end(id: string): Promise<void>
  /** Removes those that ended before. */
  sweep(before: number): Promise<void>
  /** False where the account was told already. */
  warn(warning: QuotaWarning, now: number): Promise<boolean>
}
