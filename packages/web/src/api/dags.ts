import { queryOptions } from '@tanstack/react-query'
import { request } from './client.ts'

export interface Dag {
  cid: string
  state: string
  /** Known when it is complete. */
  bytes?: number
  blocks?: number
  missingCount: number
  missing: { cid: string; path?: string }[]
  visits: number
}

export function dagQuery(cid: string, moving: boolean) {
  return queryOptions({
    queryKey: ['dags', cid],
    queryFn: ({ signal }) => request<Dag>('GET', `dags/${encodeURIComponent(cid)}`, undefined, signal),
    refetchInterval: moving ? 2_000 : false,
    retry: false,
  })
}
