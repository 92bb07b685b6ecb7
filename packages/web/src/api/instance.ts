import { queryOptions } from '@tanstack/react-query'
import { request } from './client.ts'

export interface Urls {
  /** Base of the path gateway. */
  gateway: string
  /** Template with `{cid}` in the host name. */
  subdomainGateway?: string
  /** Base of the pinning service API. */
  psa: string
}

export interface Instance {
  version: string
  /** What people call it. */
  name: string
  /** True while there is no admin. */
  setup: boolean
  network: { mode: 'local' | 'public' | 'none'; /** A variable says which; it wins over a page. */ byVariable: boolean; driver: string; state: string; addresses: string[] }
  urls: Urls
  /** Bytes. */
  limits: { maxBody: number }
  profiles: string[]
}

export const instanceQuery = queryOptions({
  queryKey: ['instance'],
  queryFn: ({ signal }) => request<Instance>('GET', 'instance', undefined, signal),
  staleTime: 60_000,
  meta: { beat: true },
})
