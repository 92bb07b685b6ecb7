import type { Writer } from './db/index.ts'
import type { Letter } from './mailer.ts'

/** A letter of sign-in. `memberId` absent: nobody has the e-mail, and nothing is sent. */
export interface SignInMailing {
  what: 'sign-in' | 'reset' | 'verify'
  to: string
  memberId?: string
}

export interface InvitationMailing {
  what: 'invitation'
  to: string
  /** Of the invitation. */
  id: string
  /** Who asks; absent: whom the letter is for asked. */
  by?: string
  /** E-mail of the account that one is asked into; absent: a new one. */
  account?: string
}

/** What is to be sent. Letters that lead in are written when they are sent: their secrets wait in no table. */
export type Mailing = SignInMailing | InvitationMailing | ({ what: 'notice' } & Letter)

export interface Post {
  /** In the transaction that is the reason for it: sent soon after, and tried again until then (milliseconds since the epoch; default: for days). */
  put(w: Writer, mailing: Mailing, until?: number): Promise<void>
}
