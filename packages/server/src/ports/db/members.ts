import type { Account } from './accounts.ts'
import type { MemberRole } from './memberships.ts'

/** A person who can sign in, as stored. What a password or a session is, only the sign-in driver knows. */
export interface MemberRow {
  id: string
  /** Lower case. */
  email: string
  /** Password hash with its parameters (PHC string); absent: none was set. */
  password?: string
  /** When it was proved here that the e-mail is this person's; absent: never. */
  verified?: number
  /** How the member came to be. */
  madeBy: 'operator' | 'invitation' | 'sign-up' | 'provider'
  /** Secret of one-time codes, base32; absent: none are asked for. */
  totp?: string
  created: number
}

export interface MemberSession {
  /** SHA-256 of the session id, hex. */
  hash: string
  /** By which its owner may end it; no secret. */
  id: string
  memberId: string
  /** The account that the person looks at. */
  accountId?: string
  created: number
  /** When it was last used, in coarse steps. */
  seen: number
  agent?: string
  address?: string
  /** 2: a second factor was shown, or a passkey that checked its user. */
  factors: 1 | 2
}

export interface FoundSession {
  session: MemberSession
  member: MemberRow
  /** That it looks at. */
  account?: Account
  /** What the person is to the session's account; absent: nothing any more. */
  role?: MemberRole
}

export interface MemberReads {
  byEmail(email: string): Promise<MemberRow | undefined>
  byId(id: string): Promise<MemberRow | undefined>
  /** One look-up: the session, whose it is, its account and the role in it. */
  session(hash: string): Promise<FoundSession | undefined>
  /** Newest first. */
  sessions(memberId: string): Promise<MemberSession[]>
  countRecoveryCodes(memberId: string): Promise<number>
  /** Of all members, in the order of their ids, behind the given one: the secret of one-time codes, null where there is none. */
  totps(after: string, limit: number): Promise<{ id: string; totp: string | null }[]>
}

export interface MemberWrites {
  /** The member, whom no other transaction locks until this one ends: asked first by whatever goes by how somebody signs in, or changes it. */
  lock(id: string): Promise<MemberRow | undefined>
  /** Fault CONFLICT where the e-mail has a member. */
  insert(member: MemberRow): Promise<void>
  /** Absent: whoever knew it enters no more by it. */
  setPassword(id: string, password: string | undefined): Promise<void>
  setVerified(id: string, now: number): Promise<void>
  /** With the step that the first code had; absent: codes are asked for no more. */
  setTotp(id: string, totp: { secret: string; step: number } | undefined): Promise<void>
  /** Stores the same secret in another form, unless it is no longer `was`. */
  rewriteTotp(id: string, was: string, secret: string): Promise<void>
  /** Whether the step is later than any that was used. */
  useTotpStep(id: string, step: number): Promise<boolean>
  /** In the place of those that are there. SHA-256 of each, hex. */
  setRecoveryCodes(id: string, hashes: readonly string[]): Promise<void>
  /** Whether there was one; it is gone. */
  useRecoveryCode(id: string, hash: string): Promise<boolean>
  /** Adds a session; of this member's, only the newest `keep` stay. */
  startSession(session: MemberSession, keep: number): Promise<void>
  touchSession(hash: string, now: number): Promise<void>
  setSessionAccount(hash: string, accountId: string): Promise<void>
  endSession(hash: string): Promise<void>
  /** Whether the member had one of that id. */
  endSessionById(memberId: string, id: string): Promise<boolean>
  /** All but the one of this hash. */
  endSessions(memberId: string, except?: string): Promise<void>
  /** Removes sessions that were made before. */
  dropSessions(createdBefore: number): Promise<void>
}
