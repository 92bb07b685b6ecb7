import { fault } from './faults.ts'

/** What a person wrote into a field: trimmed, and text that any database holds. Fault INVALID_REQUEST where it is longer than so many characters. */
export function written(text: string, field: string, most: number): string {
  const clean = text.toWellFormed().replaceAll('\0', '').trim()
  if (clean.length > most) throw fault('INVALID_REQUEST', { reason: `the ${field} may have ${most} characters` })
  return clean
}
