import { queryOptions } from '@tanstack/react-query'
import { request } from './client.ts'
import type { Damage } from './pins.ts'

interface Visits {
  visits: number
  visitBytes: number
  /** ISO 8601. */
  lastVisit?: string
}

export interface Dag extends Visits {
  cid: string
  state: string
  /** Known when it is complete. */
  bytes?: number
  blocks?: number
  missingCount: number
  missing: { cid: string; path?: string }[]
  damaged?: Damage
  /** Copies on other nodes, where such are wanted. */
  replicas?: { state: 'waiting' | 'confirmed' | 'degraded' | 'leaving'; wanted: number; confirmed: string[]; reason?: string }
  /** With keys and sessions of this account. */
  own: Visits
}

export function dagQuery(cid: string) {
  return queryOptions({
    queryKey: ['dags', cid],
    queryFn: ({ signal }) => request<Dag>('GET', `dags/${encodeURIComponent(cid)}`, undefined, signal),
    retry: false,
  })
}
