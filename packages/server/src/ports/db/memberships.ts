/** What a person is to an account: its owner, somebody who works in it, somebody who looks. */
export type MemberRole = 'owner' | 'member' | 'reader'

export interface MembershipRow {
  accountId: string
  memberId: string
  role: MemberRole
  created: number
}

export interface MembershipReads {
  of(accountId: string, memberId: string): Promise<MembershipRow | undefined>
  /** With the e-mail of each and whether it has a second factor; the longest here first. */
  ofAccount(accountId: string): Promise<(MembershipRow & { email: string; secondFactor: boolean })[]>
  /** With the e-mail of each account; those that the person owns first, then the longest. */
  ofMember(memberId: string): Promise<(MembershipRow & { accountEmail: string })[]>
}

export interface MembershipWrites {
  /** In the place of the one that is there. */
  set(membership: MembershipRow): Promise<void>
  remove(accountId: string, memberId: string): Promise<void>
}
