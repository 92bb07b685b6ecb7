import { queryOptions } from '@tanstack/react-query'
import { request } from './client.ts'
import type { Entered, MemberRole } from './session.ts'

/** Which ways there are to sign in. */
export interface Doors {
  /** Letters can be sent. */
  links: boolean
  passkeys: boolean
  providers: { id: string; name: string }[]
  signUp: 'closed' | 'open'
}

export const doorsQuery = queryOptions({
  queryKey: ['doors'],
  queryFn: ({ signal }) => request<Doors>('GET', 'sign-in', undefined, signal),
  staleTime: 60_000,
})

export interface Invitation {
  email: string
  role: MemberRole
  /** The account that one is asked into; absent: a new one. */
  account?: string
  /** The e-mail has a member, who accepts in their session. */
  isMember: boolean
}

export const showCode = (code: string) => request<Entered>('POST', 'session/code', { code })
export const sendLink = (email: string) => request<void>('POST', 'sign-in/link', { email })
export const useLink = (token: string) => request<Entered>('POST', 'sign-in/link/use', { token })
export const sendReset = (email: string) => request<void>('POST', 'sign-in/reset', { email })
export const resetPassword = (token: string, password: string) => request<Entered>('POST', 'sign-in/reset/use', { token, password })
export const signUp = (email: string) => request<void>('POST', 'sign-in/sign-up', { email })
export const lookAtInvitation = (token: string) => request<Invitation>('POST', 'sign-in/invitation', { token })
export const acceptInvitation = (token: string, password?: string) => request<Entered>('POST', 'sign-in/invitation/accept', { token, password })

/** Where a browser goes to sign in with a provider. */
export function providerLink(id: string, errand: { to?: string; invitation?: string; link?: 'true' }): string {
  const set = Object.entries(errand).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return `/api/v1/sign-in/with/${encodeURIComponent(id)}?${new URLSearchParams(set)}`
}

/** Asks the browser for a passkey. Rejects with what the browser says, too. */
export async function enterByPasskey(): Promise<Entered> {
  const [{ startAuthentication }, optionsJSON] = await Promise.all([import('@simplewebauthn/browser'), request<never>('POST', 'sign-in/passkey/options', {})])
  return request('POST', 'sign-in/passkey', await startAuthentication({ optionsJSON }).catch(inWords))
}

/** The words of browsers about passkeys are for programmers. */
export function inWords(error: unknown): never {
  const name = error instanceof Error ? error.name : ''
  if (name === 'NotAllowedError' || name === 'AbortError') throw new Error('No passkey was used: it was cancelled, or took too long. Try again.')
  if (name === 'InvalidStateError') throw new Error('This device has a passkey for you already.')
  throw error
}
