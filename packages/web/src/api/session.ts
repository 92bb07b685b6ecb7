import { queryOptions } from '@tanstack/react-query'
import { ApiError, request } from './client.ts'

export type Needs = 'second-factor' | 'enrolment' | 'account'
export type MemberRole = 'owner' | 'member' | 'reader'

export interface Session {
  email: string
  /** What is still to be shown, or had, before the session is good for anything. */
  needs?: Needs
  /** That the session looks at; where it needs nothing. */
  account: { id: string; email: string; role: string }
  /** What the person is to it. */
  role: MemberRole
}

export interface Entered {
  email: string
  needs?: Needs
}

/** Null where nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => {
    try {
      return await request<Session>('GET', 'session', undefined, signal)
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null
      throw error
    }
  },
  staleTime: 5 * 60_000,
})

export function signIn(email: string, password: string): Promise<Entered> {
  return request('POST', 'session', { email, password })
}

/** For a person who belongs to none. */
export function makeAccount(): Promise<void> {
  return request('POST', 'session/account')
}

export function signOut(): Promise<void> {
  return request('DELETE', 'session')
}

export interface SetUp {
  token: string
  email: string
  password: string
  /** What people call this server. */
  name?: string
  network?: 'local' | 'public'
}

/** Makes the first admin; the answer also signs in. */
export function setUp(wish: SetUp): Promise<{ email: string }> {
  return request('POST', 'setup', wish)
}
