import { createHash } from 'node:crypto'

/** What is stored of a random secret (key, session, set-up token): its SHA-256, in hex. Too much entropy to be guessed back. */
export function secretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
