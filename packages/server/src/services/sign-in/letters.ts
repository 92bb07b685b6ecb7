import type { Letter } from '../../ports/mailer.ts'
import type { LetterDoor } from '../../ports/sign-in.ts'
import type { DoorParts } from './parts.ts'
import { issueToken, letterMinutes } from './tokens.ts'

const kinds = { 'sign-in': 'magic', reset: 'reset', verify: 'verify' } as const

/** The letters of sign-in, each with a token that is made when it is written. */
export function letterDoor({ db, clock, home, instanceName }: DoorParts): LetterDoor {
  return {
    async write({ what, to, memberId }) {
      if (memberId === undefined) return undefined
      const { token } = await db.write((w) => issueToken(w, kinds[what], clock.now(), letterMinutes, { memberId, email: to }))
      return words(await instanceName(), home())[what](to, token)
    },
  }
}

/** What is behind '#' no server on the way sees. */
function words(instance: string, home: string) {
  const letter = (to: string, subject: string, ...lines: string[]): Letter => ({ to, subject: `${subject} – ${instance}`, text: `${lines.join('\n\n')}\n` })
  const once = `It works once, for ${letterMinutes} minutes. If it was not you who asked for it, do nothing.`
  return {
    'sign-in': (to: string, token: string) => letter(to, 'Sign in', `Open this link to sign in to ${instance}:`, `${home}/link#token=${token}`, once),
    reset: (to: string, token: string) => letter(to, 'Set a new password', `Open this link to set a new password for ${instance}:`, `${home}/reset#token=${token}`, once),
    verify: (to: string, token: string) => letter(to, 'Confirm your e-mail address', `Open this link, in the browser in which you are signed in to ${instance}, to confirm that this address is yours:`, `${home}/verify#token=${token}`, once),
  }
}
