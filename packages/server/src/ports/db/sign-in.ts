import type { MemberRole } from './memberships.ts'

/** An account elsewhere by which a member enters; known by provider and subject, never by e-mail. */
export interface IdentityRow {
  provider: string
  subject: string
  memberId: string
  /** As the provider told it when it was linked. */
  email: string
  created: number
  used?: number
}

export interface IdentityReads {
  get(provider: string, subject: string): Promise<IdentityRow | undefined>
  ofMember(memberId: string): Promise<IdentityRow[]>
}

export interface IdentityWrites {
  /** Fault CONFLICT where it is somebody's. */
  insert(identity: IdentityRow): Promise<void>
  touch(provider: string, subject: string, now: number): Promise<void>
  /** Whether the member had it. */
  remove(memberId: string, provider: string, subject: string): Promise<boolean>
}

export interface PasskeyRow {
  /** Credential id, base64url. */
  id: string
  memberId: string
  /** COSE key, base64url. */
  publicKey: string
  counter: number
  transports: readonly string[]
  name: string
  created: number
  used?: number
}

export interface PasskeyReads {
  get(id: string): Promise<PasskeyRow | undefined>
  ofMember(memberId: string): Promise<PasskeyRow[]>
}

export interface PasskeyWrites {
  /** Fault CONFLICT where it is known. */
  insert(passkey: PasskeyRow): Promise<void>
  use(id: string, counter: number, now: number): Promise<void>
  /** Whether the member had it. */
  remove(memberId: string, id: string): Promise<boolean>
}

/** What a link leads to, once. `mailed`: an invitation in a letter, so that whoever has it has the mailbox. `spent`: a challenge that was answered, kept until nobody could answer it again. */
export type LoginTokenKind = 'invite' | 'magic' | 'mailed' | 'reset' | 'spent' | 'verify'

export interface LoginTokenRow {
  /** SHA-256 of the token, hex. */
  hash: string
  /** By which it may be taken back; no secret. */
  id: string
  kind: LoginTokenKind
  email?: string
  memberId?: string
  accountId?: string
  role?: MemberRole
  /** E-mail of whoever made it. */
  madeBy?: string
  created: number
  expires: number
}

export interface LoginTokenReads {
  get(hash: string, kind: LoginTokenKind, now: number): Promise<LoginTokenRow | undefined>
  /** Invitations that somebody made into this account; without one, those that make an account. */
  invitations(accountId: string | undefined, now: number): Promise<LoginTokenRow[]>
}

export interface LoginTokenWrites {
  /** Also forgets those that have expired. Fault CONFLICT where the hash is there. */
  insert(token: LoginTokenRow): Promise<void>
  /** The token, which is gone; undefined where there is none, or no more. */
  take(hash: string, kind: LoginTokenKind, now: number): Promise<LoginTokenRow | undefined>
  /** Gives an invitation another secret; undefined where there is none, or no more. */
  renew(id: string, hash: string, now: number): Promise<LoginTokenRow | undefined>
  removeInvitation(accountId: string | undefined, id: string): Promise<boolean>
  /**
   * Invitations that somebody of this e-mail made, or a key of this name. Anybody may name a key so: `into` are the accounts that it could
   * invite into; null: those that are to be made.
   */
  removeMadeBy(maker: string, into?: readonly (string | null)[]): Promise<void>
  /** Those of a member, of this kind. */
  removeOf(memberId: string, kind: LoginTokenKind): Promise<void>
}

/** What is counted, as a digest: who tried is not told by the database. */
export interface TryWindow {
  digest: string
  ends: number
}

export interface TryReads {
  /** Those that have not ended, with their tries. */
  get(digests: readonly string[], now: number): Promise<(TryWindow & { tries: number })[]>
}

export interface TryWrites {
  /** One more for each; a window that has ended begins anew. Returns them as they are then. Forgets others that have ended. */
  add(windows: readonly TryWindow[], now: number): Promise<(TryWindow & { tries: number })[]>
  /** One less for each. */
  takeBack(digests: readonly string[]): Promise<void>
}
