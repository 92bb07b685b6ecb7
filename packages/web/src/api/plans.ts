import { queryOptions } from '@tanstack/react-query'
import { request } from './client.ts'

/** What a plan gives; null: any amount. */
export interface Plan {
  id: string
  name: string
  words: string
  storageBytes: number | null
  blocks: number | null
  bandwidthBytes: number | null
  requests: number | null
  requestsPerMinute: number | null
  keys: number | null
  inFlightPins: number | null
  /** In the currency. */
  priceGibMonth: number
  priceGibSent: number
  currency: string
}

export interface Plans {
  plans: Plan[]
  /** Absent: no limits. */
  current?: string
  words: string
  contact: string
}

export const plansQuery = queryOptions({
  queryKey: ['plans'],
  queryFn: ({ signal }) => request<Plans>('GET', 'plans', undefined, signal),
})

export function putPlan({ id, ...terms }: Plan): Promise<Plan> {
  return request('PUT', `admin/plans/${encodeURIComponent(id)}`, terms)
}

export function deletePlan(id: string): Promise<void> {
  return request('DELETE', `admin/plans/${encodeURIComponent(id)}`)
}

export function putPlansPage(page: Pick<Plans, 'words' | 'contact'>): Promise<void> {
  return request('PUT', 'admin/plans-page', page)
}
