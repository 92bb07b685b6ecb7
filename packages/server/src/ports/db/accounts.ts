export type Role = 'admin' | 'user'

/** The owner of quota and data. */
export interface Account {
  id: string
  /** Lower case. */
  email: string
  role: Role
  created: number
  suspended: boolean
}

export interface AccountReads {
  byId(id: string): Promise<Account | undefined>
  byEmail(email: string): Promise<Account | undefined>
  countAdmins(): Promise<number>
}

export interface AccountWrites {
  /** Fault CONFLICT where the e-mail is taken. */
  insert(account: Account): Promise<void>
  setRole(id: string, role: Role): Promise<void>
  /**
   * The next `created` of this account: `now`, or one millisecond after the last one given out where that is
   * later. Unique and increasing per account also under parallel writers (PSA: paging by `created`).
   */
  nextStamp(id: string, now: number): Promise<number>
}
