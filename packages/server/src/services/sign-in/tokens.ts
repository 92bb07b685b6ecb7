import { randomBytes } from 'node:crypto'
import { secretHash } from '../../kernel/secrets.ts'
import type { LoginTokenKind, LoginTokenRow, Writer } from '../../ports/db/index.ts'

/** Minutes that a link in a letter works; and one that an admin hands over. */
export const letterMinutes = 10
export const letterMs = letterMinutes * 60_000
export const shownMinutes = 24 * 60

/** A new token of a link; only its hash is stored. */
export async function issueToken(w: Writer, kind: LoginTokenKind, now: number, minutes: number, about: Pick<LoginTokenRow, 'memberId' | 'email'>): Promise<{ token: string; expires: number }> {
  const token = randomBytes(32).toString('base64url')
  const expires = now + minutes * 60_000
  await w.loginTokens.insert({ hash: secretHash(token), id: crypto.randomUUID(), kind, created: now, expires, ...about })
  return { token, expires }
}
