import { queryOptions } from '@tanstack/react-query'
import { request } from './client.ts'
import { inWords } from './doors.ts'
import type { Entered, Needs } from './session.ts'

/** How the person who is signed in signs in. */
export interface Me {
  email: string
  verified: boolean
  needs?: Needs
  password: boolean
  codes: boolean
  recoveryCodes: number
  passkeys: { id: string; name: string; created: string; used?: string }[]
  identities: Identity[]
}

export interface Identity {
  provider: string
  subject: string
  email: string
  created: string
  used?: string
}

export interface OwnSession {
  id: string
  current: boolean
  agent?: string
  address?: string
  created: string
  seen: string
}

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => request<Me>('GET', 'me', undefined, signal) })

export const ownSessionsQuery = queryOptions({
  queryKey: ['me', 'sessions'],
  queryFn: async ({ signal }) => (await request<{ sessions: OwnSession[] }>('GET', 'me/sessions', undefined, signal)).sessions,
})

export const changePassword = (password: string, current?: string) => request<Entered>('PUT', 'me/password', { password, current })
export const endSession = (id: string) => request<void>('DELETE', `me/sessions/${id}`)
export const endOtherSessions = () => request<void>('DELETE', 'me/sessions')
export const unlink = ({ provider, subject }: Identity) => request<void>('POST', 'me/identities/unlink', { provider, subject })
export const sendVerification = () => request<void>('POST', 'me/verification')
export const verifyEmail = (token: string) => request<void>('POST', 'me/verify', { token })
export const proposeCodes = () => request<{ secret: string; uri: string }>('POST', 'me/codes/proposal')
export const confirmCodes = (secret: string, code: string) => request<Entered & { recoveryCodes: string[] }>('POST', 'me/codes', { secret, code })
export const removeCodes = () => request<void>('DELETE', 'me/codes')
export const renewRecoveryCodes = () => request<{ recoveryCodes: string[] }>('POST', 'me/codes/recovery')
export const removePasskey = (id: string) => request<void>('DELETE', `me/passkeys/${encodeURIComponent(id)}`)

export async function addPasskey(name: string): Promise<Entered> {
  const [{ startRegistration }, optionsJSON] = await Promise.all([import('@simplewebauthn/browser'), request<never>('POST', 'me/passkeys/options')])
  return request('POST', 'me/passkeys', { name, answer: await startRegistration({ optionsJSON }).catch(inWords) })
}
