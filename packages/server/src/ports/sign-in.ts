import type { Account, Writer } from './db/index.ts'
import type { MemberRole } from './db/memberships.ts'
import type { IdentityRow, PasskeyRow } from './db/sign-in.ts'
import type { MemberRow, MemberSession } from './db/members.ts'
import type { Letter } from './mailer.ts'
import type { SignInMailing } from './post.ts'

/** A person who can sign in. */
export interface Member {
  id: string
  /** Lower case. */
  email: string
}

/**
 * What is still to be shown before a session is good for anything: the second factor that the member has, or one that is to be set up
 * since this server asks for it.
 */
export type Needs = 'second-factor' | 'enrolment'

/** Somebody who has just come in. */
export interface Entered {
  member: Member
  /** `Set-Cookie` values. */
  cookies: string[]
  /** The account that the session looks at, and what the person is to it. */
  accountId?: string
  role?: MemberRole
  needs?: Needs
}

/** Whose session it is. */
export interface SignedIn {
  member: Member
  /** Of the session; no secret. */
  sessionId: string
  /** SHA-256 of the session's secret. */
  hash: string
  /** The account that the person looks at, and what they are to it. */
  accountId?: string
  account?: Account
  role?: MemberRole
  /** When the person signed in. */
  created: number
  /** 2: with a second factor, or a passkey that checked its user. */
  factors: 1 | 2
  needs?: Needs
}

/**
 * People's sign-in: who they are, and their sessions. What they may do is the domain's business, and API keys are others'.
 * `headers` are those of the request, with the caller's address set by the edge. Whoever enters gets a session with a new id.
 */
export interface SignIn {
  /** To be called once, before anybody enters: closes what was stored before there was a secret to close it with. */
  start(): Promise<void>
  members: MemberDoor
  sessions: SessionDoor
  passwords: PasswordDoor
  links: LinkDoor
  providers: ProviderDoor
  passkeys: PasskeyDoor
  codes: CodeDoor
  letters: LetterDoor
}

export interface NewMember {
  email: string
  /** Absent: the member enters by other ways. Fault INVALID_REQUEST where it is too weak or known from a leak. */
  password?: string
  /** It was proved that the e-mail is theirs. */
  verified?: boolean
  madeBy: MemberRow['madeBy']
}

export interface MemberDoor {
  /** A member to be inserted, with whatever is made with them in one transaction. Fault INVALID_REQUEST where the e-mail is none. */
  draft(member: NewMember): Promise<MemberRow>
  byEmail(email: string): Promise<Member | undefined>
  /** What a member sees of their own ways to sign in. */
  about(id: string): Promise<{ verified: boolean; password: boolean; codes: boolean; recoveryCodes: number; passkeys: PasskeyRow[]; identities: IdentityRow[] }>
}

export interface SessionDoor {
  /** Who the cookie belongs to, as looked up within the last second. */
  of(headers: Headers): Promise<SignedIn | undefined>
  /** For a member who was just made or is known for sure. */
  start(member: Member, headers: Headers): Promise<Entered>
  /** Ends the session; returns the `Set-Cookie` values that clear it. */
  end(headers: Headers): Promise<string[]>
  list(who: SignedIn): Promise<MemberSession[]>
  /** Fault NOT_FOUND. */
  endOne(who: SignedIn, id: string): Promise<void>
  endOthers(who: SignedIn): Promise<void>
  lookAt(who: SignedIn, accountId: string): Promise<void>
  /** Fault SIGN_IN_AGAIN where the person signed in too long ago to change how they sign in. */
  demandFresh(who: SignedIn): void
  /** What was looked up within the last second is looked up again. */
  forget(): void
}

export interface PasswordDoor {
  /** Faults UNAUTHENTICATED (same answer and same work for unknown e-mail and wrong password), RATE_LIMITED. */
  enter(email: string, password: string, headers: Headers): Promise<Entered>
  /** Ends all other sessions. `current` where the member has one. Faults UNAUTHENTICATED, INVALID_REQUEST, RATE_LIMITED. */
  change(who: SignedIn, passwords: { current?: string; password: string }, headers: Headers): Promise<Entered>
  /** A token that sets a new password, once, for whoever is shown it. */
  resetToken(memberId: string): Promise<{ token: string; expires: number }>
  /** Sends that token, if the e-mail is known; tells nobody whether it is. Fault RATE_LIMITED. */
  sendReset(email: string, headers: Headers): Promise<void>
  /** Ends all sessions. Faults UNAUTHENTICATED, INVALID_REQUEST. */
  reset(token: string, password: string, headers: Headers): Promise<Entered>
}

/** Letters with links that lead in. Every one works once, for a quarter of an hour. */
export interface LinkDoor {
  /** False: no mail can be sent, and the other calls fault NOT_FOUND. */
  readonly offered: boolean
  /** To a member; to anybody else `otherwise`, where it is given. Tells nobody which it was. Fault RATE_LIMITED. */
  send(email: string, headers: Headers, otherwise?: (email: string) => Promise<void>): Promise<void>
  /** Fault UNAUTHENTICATED. */
  enter(token: string, headers: Headers): Promise<Entered>
  /** Asks a member who is signed in to prove that the e-mail is theirs. */
  sendVerification(who: SignedIn, headers: Headers): Promise<void>
  /** Only in a session of that member. Fault UNAUTHENTICATED. */
  verify(who: SignedIn, token: string): Promise<void>
}

/** What the letters say that the other doors have put into the post. */
export interface LetterDoor {
  /** With a token of its own. Undefined: nobody has the e-mail. */
  write(mailing: SignInMailing): Promise<Letter | undefined>
}

/** What a person who went to a provider came back for. */
export interface Errand {
  /** A path of this server to go on to. */
  to: string
  /** The token of an invitation to be accepted. */
  invitation?: string
  /** To be linked with the member of this session (id), which only they know. */
  link?: string
}

/** Who came back, as the provider tells. */
export interface Foreigner {
  provider: string
  subject: string
  /** Lower case; proved, the provider says. */
  email: string
}

export interface ProviderDoor {
  list(): { id: string; name: string }[]
  /** Where to send the browser. `origin`: of the page, to come back to. Faults NOT_FOUND, UPSTREAM_FAILED. */
  begin(provider: string, errand: Errand, origin: string): Promise<{ location: string; cookies: string[] }>
  /** `url`: as the browser was sent back. Faults UNAUTHENTICATED, UPSTREAM_FAILED. */
  finish(provider: string, url: URL, headers: Headers): Promise<{ foreigner: Foreigner; errand: Errand; cookies: string[] }>
  /**
   * By the identity that is linked; or by the e-mail, where the member proved here that it is theirs, and the identity is linked. Undefined: nobody has either.
   * Fault CONFLICT where a member has the e-mail and never proved it.
   */
  enter(foreigner: Foreigner, headers: Headers): Promise<Entered | undefined>
  /** Faults CONFLICT (somebody else's), SIGN_IN_AGAIN. */
  link(who: SignedIn, foreigner: Foreigner): Promise<void>
  /** For a member who is made by it, in the same transaction. */
  linkNew(w: Writer, member: Member, foreigner: Foreigner): Promise<void>
  /** Faults NOT_FOUND, CONFLICT (there would be no way in), SIGN_IN_AGAIN. */
  unlink(who: SignedIn, provider: string, subject: string): Promise<void>
}

/** `page`: the origin of the page that asks. Passkeys belong to a host name; there are none for IP addresses. */
export interface PasskeyDoor {
  /** What `navigator.credentials.get` is to be given. Fault NOT_FOUND for an IP address. */
  options(page: URL): Promise<object>
  /** Faults UNAUTHENTICATED, RATE_LIMITED. */
  enter(answer: unknown, page: URL, headers: Headers): Promise<Entered>
  /** What `navigator.credentials.create` is to be given. Fault SIGN_IN_AGAIN. */
  newOptions(who: SignedIn, page: URL): Promise<object>
  /** A session that lacked a second factor has it then. Faults INVALID_REQUEST, CONFLICT, SIGN_IN_AGAIN. */
  add(who: SignedIn, answer: unknown, name: string, page: URL, headers: Headers): Promise<Entered>
  /** Faults NOT_FOUND, CONFLICT, SIGN_IN_AGAIN. */
  remove(who: SignedIn, id: string): Promise<void>
}

/** One-time codes (TOTP, RFC 6238), and recovery codes for when the device is lost. Each code works once. */
export interface CodeDoor {
  /** The second step of signing in. Faults UNAUTHENTICATED, RATE_LIMITED. */
  enter(who: SignedIn, code: string, headers: Headers): Promise<Entered>
  /** A new secret; nothing is stored. Faults CONFLICT where there is one, SIGN_IN_AGAIN. */
  propose(who: SignedIn): Promise<{ secret: string; uri: string }>
  /** Begins to ask for codes of this secret. Ends all other sessions. The recovery codes are shown once. Faults UNAUTHENTICATED, CONFLICT, RATE_LIMITED. */
  confirm(who: SignedIn, secret: string, code: string, headers: Headers): Promise<Entered & { recoveryCodes: string[] }>
  /** Fault SIGN_IN_AGAIN. */
  renewRecoveryCodes(who: SignedIn): Promise<string[]>
  /** Fault SIGN_IN_AGAIN. */
  remove(who: SignedIn): Promise<void>
}
