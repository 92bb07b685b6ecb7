import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { query, request } from './client.ts'

export const accessStates = ['open', 'approved', 'declined'] as const
export type AccessState = (typeof accessStates)[number]

export interface AccessRequest {
  id: string
  askedBy: string
  purpose: string
  amount: string
  link: string
  state: AccessState
  /** ISO 8601. */
  created: string
  decided?: string
  /** What the admin said. */
  message?: string
}

export interface ListedAccessRequest extends AccessRequest {
  account: { id: string; email: string }
}

/** How the account of this session stands with the pinning API. */
export interface Access {
  closed: boolean
  allowed: boolean
  request?: AccessRequest & { seen: boolean }
}

const pageSize = 25

export const accessQuery = queryOptions({
  queryKey: ['access', 'own'],
  queryFn: ({ signal }) => request<Access>('GET', 'access', undefined, signal),
  staleTime: 60_000,
})

export function accessRequestsQuery(state: AccessState) {
  return infiniteQueryOptions({
    queryKey: ['access', state],
    queryFn: ({ pageParam, signal }) => request<{ count: number; requests: ListedAccessRequest[] }>('GET', `admin/access-requests${query({ state, limit: pageSize, after: pageParam })}`, undefined, signal),
    initialPageParam: '',
    getNextPageParam: ({ requests }) => (requests.length < pageSize ? undefined : requests.at(-1)?.id),
  })
}

export function askForAccess(wish: { purpose: string; amount: string; link: string }): Promise<AccessRequest> {
  return request('POST', 'access/requests', wish)
}

export function dismissAccessNotice(): Promise<void> {
  return request('DELETE', 'access/notice')
}

export function decideAccess(id: string, decision: { approve: boolean; message: string }): Promise<void> {
  return request('POST', `admin/access-requests/${encodeURIComponent(id)}`, decision)
}

export function closePinning(closed: boolean): Promise<void> {
  return request('PUT', 'admin/access', { closed })
}
