import { infiniteQueryOptions } from '@tanstack/react-query'
import { query, request } from './client.ts'

export interface Key {
  id: string
  name: string
  scopes: string[]
  /** The last characters, to tell keys apart. */
  tail: string
  /** ISO 8601. */
  created: string
  /** Absent: it does not end. */
  expires?: string
  lastUsed?: string
}

export interface KeyWish {
  name: string
  scopes: readonly string[]
  /** ISO 8601. */
  expires?: string
}

interface KeyList {
  count: number
  keys: Key[]
}

const pageSize = 50

export const keysQuery = infiniteQueryOptions({
  queryKey: ['keys'],
  queryFn: ({ pageParam, signal }) => request<KeyList>('GET', `keys${query({ limit: pageSize, after: pageParam })}`, undefined, signal),
  initialPageParam: '',
  getNextPageParam: ({ keys }) => (keys.length < pageSize ? undefined : keys.at(-1)?.id),
})

export function createKey(wish: KeyWish): Promise<Key & { key: string }> {
  return request('POST', 'keys', wish)
}

export function revokeKey(id: string): Promise<void> {
  return request('DELETE', `keys/${encodeURIComponent(id)}`)
}
