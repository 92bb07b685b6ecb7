import { fault } from '../../kernel/faults.ts'
import type { BreachedPasswords } from './breached.ts'
import { checkLength } from './password.ts'

/** Whether a new password may be one. Fault INVALID_REQUEST, which says why not. */
export type PasswordRules = (password: string, email: string) => Promise<void>

/** NIST SP 800-63B §3.1.1.2: no rules of composition; neither what is obvious here nor what is known from leaks. */
export function passwordRules({ instanceName, breached }: { instanceName: () => Promise<string>; breached?: BreachedPasswords }): PasswordRules {
  return async (password, email) => {
    checkLength(password)
    const bare = plain(password)
    const obvious = [email, email.split('@')[0]!, email.split('@')[1] ?? '', await instanceName(), 'thole', 'password', 'passwort'].map(plain).filter((word) => word !== '')
    // What remains when they are taken out has to stand on its own.
    const rest = obvious.toSorted((a, b) => b.length - a.length).reduce((text, word) => text.replaceAll(word, ''), bare)
    if (rest.length < 4 && rest !== bare) throw fault('INVALID_REQUEST', { reason: 'this password is too easy to guess here; leave out your e-mail, the name of this server and the word itself' })
    if (new Set(password).size < 3 || isRun(bare)) throw fault('INVALID_REQUEST', { reason: 'this password is too easy to guess; a short sentence is better' })
    if (await breached?.has(password)) throw fault('INVALID_REQUEST', { reason: 'this password is known from a leak elsewhere; choose another' })
  }
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

const rows = ['01234567890123456789', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', 'asdfghjkl', 'qwertzuiop', 'azertyuiop']

/** Whether it goes along a row of keys, or of the alphabet. */
function isRun(text: string): boolean {
  return text.length > 0 && rows.some((row) => row.includes(text) || [...row].toReversed().join('').includes(text))
}
