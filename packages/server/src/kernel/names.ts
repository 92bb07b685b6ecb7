import { fault } from './faults.ts'

const maxName = 255

/** A name that a person gives: at most 255 characters (PSA §Pin), no NUL (PostgreSQL stores none), no half of a character (UTF-8 has none). Fault INVALID_REQUEST. */
export function checkName(name: string | undefined): void {
  if (name === undefined) return
  if ([...name].length > maxName) throw fault('INVALID_REQUEST', { reason: `the name is longer than ${maxName} characters` })
  if (!name.isWellFormed()) throw fault('INVALID_REQUEST', { reason: 'the name has an unpaired surrogate' })
  if (name.includes('\0')) throw fault('INVALID_REQUEST', { reason: 'the name has a NUL character' })
}
