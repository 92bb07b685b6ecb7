export type Role = 'admin' | 'user'

/** The owner of quota and data. */
export interface Account {
  id: string
  /** Lower case. */
  email: string
  role: Role
  created: number
  suspended: boolean
  /** An admin let it pin by CID, where that is not open to all. */
  mayPin?: true
  /** Its uploads are pinned by their first reader, where they do not say otherwise. */
  onDemand?: true
  /** Absent: no limits. */
  planId?: string
}

export interface AccountReads {
  byId(id: string): Promise<Account | undefined>
  byEmail(email: string): Promise<Account | undefined>
  countAdmins(): Promise<number>
  /** E-mail addresses of these, by id. */
  emails(ids: readonly string[]): Promise<Map<string, string>>
}

export interface AccountWrites {
  /** Fault CONFLICT where the e-mail is taken. */
  insert(account: Account): Promise<void>
  setRole(id: string, role: Role): Promise<void>
  setSuspended(id: string, suspended: boolean): Promise<void>
  setMayPin(id: string, may: boolean): Promise<void>
  setOnDemand(id: string, on: boolean): Promise<void>
  /**
   * The next `created` of this account: `now`, or one millisecond after the last one given out where that is
   * later. Unique and increasing per account also under parallel writers (PSA: paging by `created`).
   */
  nextStamp(id: string, now: number): Promise<number>
}
