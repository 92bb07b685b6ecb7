import { fault } from './faults.ts'

/** One e-mail address, in lower case; nothing that a letter's head could take for more. Fault INVALID_REQUEST. */
export function emailAddress(text: string): string {
  const email = normalEmail(text)
  if (!/^[^\s@\p{Cc}<>,;:"()[\]\\]+@[^\s@\p{Cc}<>,;:"()\\]+$/u.test(email) || email.length > 254) throw fault('INVALID_REQUEST', { reason: `"${text.slice(0, 300)}" is not an e-mail address` })
  return email
}

/** As addresses are compared. */
export function normalEmail(text: string): string {
  return text.trim().toLowerCase()
}
