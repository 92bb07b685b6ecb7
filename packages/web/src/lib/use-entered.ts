import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { sessionQuery, type Entered } from '../api/session.ts'

/** What to do when somebody has come in: nothing of whoever was here before stays, and the page that was asked for opens. */
export function useEntered(to = '/'): (entered: Entered) => Promise<void> {
  const client = useQueryClient()
  const router = useRouter()
  return async ({ needs }) => {
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'instance' && queryKey[0] !== 'doors' })
    if (needs === undefined) await client.fetchQuery({ ...sessionQuery, staleTime: 0 })
    const query = new URLSearchParams({ to })
    router.history.replace(needs === undefined ? to : `${pages[needs]}?${query}`)
  }
}

const pages = { 'second-factor': '/signin', enrolment: '/enrol', account: '/no-account' } as const
