/** A person who can sign in, as stored. What a password or a session is, only the sign-in driver knows. */
export interface MemberRow {
  id: string
  /** Lower case. */
  email: string
  /** Password hash with its parameters (PHC string). */
  password: string
  created: number
}

export interface MemberSession {
  /** SHA-256 of the session id, hex. */
  hash: string
  memberId: string
  created: number
  /** When it was last used, in coarse steps. */
  seen: number
}

export interface MemberReads {
  byEmail(email: string): Promise<MemberRow | undefined>
  session(hash: string): Promise<{ session: MemberSession; member: MemberRow } | undefined>
}

export interface MemberWrites {
  /** Fault CONFLICT where the e-mail has a member. */
  insert(member: MemberRow): Promise<void>
  setPassword(id: string, password: string): Promise<void>
  /** Adds a session; of this member's, only the newest `keep` stay. */
  startSession(session: MemberSession, keep: number): Promise<void>
  touchSession(hash: string, now: number): Promise<void>
  endSession(hash: string): Promise<void>
  /** Removes sessions that were made before. */
  dropSessions(createdBefore: number): Promise<void>
}
