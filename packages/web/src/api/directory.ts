import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { query, request } from './client.ts'

export interface ListedAccount {
  id: string
  email: string
  role: 'admin' | 'user'
  /** ISO 8601. */
  created: string
  suspended: boolean
  /** Absent: no limits. */
  plan?: string
  bytes: number
  blocks: number
  dags: number
  month: { requests: number; sent: number }
}

const pageSize = 50

export function accountsQuery(search: string) {
  return infiniteQueryOptions({
    queryKey: ['accounts', search],
    queryFn: async ({ pageParam, signal }) => (await request<{ accounts: ListedAccount[] }>('GET', `admin/accounts${query({ search, after: pageParam, limit: pageSize })}`, undefined, signal)).accounts,
    initialPageParam: '',
    getNextPageParam: (page) => (page.length < pageSize ? undefined : page.at(-1)?.email),
    placeholderData: keepPreviousData,
  })
}

export function changeAccount(id: string, change: { plan?: string | null; suspended?: boolean }): Promise<void> {
  return request('PATCH', `admin/accounts/${encodeURIComponent(id)}`, change)
}
