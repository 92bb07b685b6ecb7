/** A person who can sign in. */
export interface Member {
  id: string
  /** Lower case. */
  email: string
}

/** People's sign-in: passwords and sessions. API keys are not its business. */
export interface SignIn {
  /** Fault CONFLICT where the e-mail has a member, INVALID_REQUEST where the password is too weak or the e-mail is none. */
  createMember(email: string, password: string): Promise<Member>
  hasMember(email: string): Promise<boolean>
  /**
   * Checks a password and starts a session. `headers` are those of the request (address, agent, host).
   * Returns the `Set-Cookie` values. Faults UNAUTHENTICATED (same answer for unknown e-mail and wrong password), RATE_LIMITED.
   */
  signIn(email: string, password: string, headers: Headers): Promise<{ member: Member; cookies: string[] }>
  /** Who the cookie belongs to. */
  session(headers: Headers): Promise<Member | undefined>
  /** Ends the session; returns the `Set-Cookie` values that clear it. */
  signOut(headers: Headers): Promise<string[]>
}
