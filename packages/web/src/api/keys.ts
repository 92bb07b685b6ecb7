import { queryOptions } from '@tanstack/react-query'
import { request } from './client.ts'

export interface Key {
  id: string
  name: string
  scopes: string[]
  /** The last characters, to tell keys apart. */
  tail: string
  /** ISO 8601. */
  created: string
  lastUsed?: string
}

/** What a key may do, in the words of the page. All but `admin` are given by default. */
export const scopes = [
  { id: 'upload', label: 'Upload', hint: 'send files, list and delete uploads' },
  { id: 'pins:read', label: 'Read pins', hint: 'list pins and their status' },
  { id: 'pins:write', label: 'Write pins', hint: 'pin and unpin CIDs' },
  { id: 'gateway', label: 'Gateway', hint: 'read through the gateway API' },
  { id: 'prover', label: 'Prover', hint: 'storage proofs' },
  { id: 'account', label: 'Account', hint: 'usage, keys, events' },
  { id: 'admin', label: 'Admin', hint: 'everything, for everybody' },
] as const

export const defaultScopes: readonly string[] = scopes.map(({ id }) => id).filter((id) => id !== 'admin')

export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: async ({ signal }) => (await request<{ keys: Key[] }>('GET', 'keys', undefined, signal)).keys,
})

export function createKey(name: string, wanted: readonly string[]): Promise<{ id: string; key: string }> {
  return request('POST', 'keys', { name, scopes: wanted })
}

export function deleteKey(id: string): Promise<void> {
  return request('DELETE', `keys/${encodeURIComponent(id)}`)
}
