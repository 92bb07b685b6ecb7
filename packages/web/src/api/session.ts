import { queryOptions } from '@tanstack/react-query'
import { ApiError, request } from './client.ts'

export interface Session {
  email: string
  account: { id: string; role: string }
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

export function signIn(email: string, password: string): Promise<Session> {
  return request('POST', 'session', { email, password })
}

export function signOut(): Promise<void> {
  return request('DELETE', 'session')
}

/** Makes the first admin; the answer also signs in. */
export function setUp(token: string, email: string, password: string): Promise<{ email: string }> {
  return request('POST', 'setup', { token, email, password })
}
