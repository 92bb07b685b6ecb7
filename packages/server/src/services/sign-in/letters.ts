import type { Letter } from '../../ports/mailer.ts'
import { letterMinutes } from './tokens.ts'

/** The letters of sign-in. What is behind '#' no server on the way sees. */
export function letters(instance: string, home: string) {
  const letter = (to: string, subject: string, ...lines: string[]): Letter => ({ to, subject: `${subject} – ${instance}`, text: `${lines.join('\n\n')}\n` })
  const once = `It works once, for ${letterMinutes} minutes. If it was not you who asked for it, do nothing.`
  return {
    signIn: (to: string, token: string) => letter(to, 'Sign in', `Open this link to sign in to ${instance}:`, `${home}/link#token=${token}`, once),
    reset: (to: string, token: string) => letter(to, 'Set a new password', `Open this link to set a new password for ${instance}:`, `${home}/reset#token=${token}`, once),
    verify: (to: string, token: string) => letter(to, 'Confirm your e-mail address', `Open this link, in the browser in which you are signed in to ${instance}, to confirm that this address is yours:`, `${home}/verify#token=${token}`, once),
  }
}
