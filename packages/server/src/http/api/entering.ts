import { z } from '@hono/zod-openapi'
import type { Accounts } from '../../domain/accounts/index.ts'
import { fault } from '../../kernel/faults.ts'
import type { Entered, SignedIn } from '../../ports/sign-in.ts'
import { demandSameOrigin, headersWithAddress, type Call } from '../edge.ts'
import type { Limits } from '../limits/limits.ts'

export const needsShape = z.enum(['second-factor', 'enrolment']).openapi({
  description: 'What is still to be shown before the session is good for anything: the second factor, or one that is to be set up',
})

export const enteredShape = z.object({ email: z.string(), needs: needsShape.optional() }).openapi('Entered')

/** Sets the cookies of somebody who has come in. */
export function answerEntered(call: Call, { member, needs, cookies }: Entered): z.infer<typeof enteredShape> {
  setCookies(call, cookies)
  return { email: member.email, needs }
}

export function setCookies(call: Call, cookies: readonly string[]): void {
  for (const cookie of cookies) call.header('Set-Cookie', cookie, { append: true })
  // What a sign-in answers is nobody else's.
  call.header('Cache-Control', 'no-store')
}

/** The origin of the page that asks: where the server says that it is, or what the browser says, whose own the session is. */
export function pageOf(call: Call, publicUrl: string | undefined): URL {
  if (publicUrl !== undefined) return new URL(publicUrl)
  const host = call.req.header('host') ?? ''
  const text = `http://${host}`
  if (!/^[\w.:[\]-]+$/.test(host) || !URL.canParse(text)) throw fault('INVALID_REQUEST', { reason: 'the Host header is missing' })
  return new URL(text)
}

export interface PersonParts {
  accounts: Accounts
  limits: Limits
}

/** Whose session it is, from a page of ours. `enrolling`: also of somebody who is to set up a second factor. Faults UNAUTHENTICATED, SECOND_FACTOR_NEEDED. */
export async function personOf(call: Call, { accounts, limits }: PersonParts, { enrolling = false } = {}): Promise<SignedIn> {
  demandSameOrigin(call)
  const who = await accounts.whoIs(headersWithAddress(limits, call))
  if (who.needs === 'second-factor' || (who.needs && !enrolling)) throw fault('SECOND_FACTOR_NEEDED', { reason: who.needs === 'enrolment' ? 'this server asks for one, so set one up' : 'a one-time code, or a passkey' })
  return who
}
