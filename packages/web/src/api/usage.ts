import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { query, request } from './client.ts'
import type { Plan } from './plans.ts'

export interface Share {
  what: 'storage' | 'blocks' | 'bandwidth' | 'requests'
  used: number
  limit: number
  percent: number
  /** The highest mark that is passed. */
  warning?: 75 | 90 | 100
}

export interface Usage {
  bytes: number
  blocks: number
  dags: number
  uploads: number
  keys: number
  inFlightPins: number
  plan?: Plan
  month: { start: string; requests: number; sent: number; byteHours: number; cost: number }
  shares: Share[]
}

export interface UsageStep {
  /** ISO 8601. */
  start: string
  byteHours: number
  requests: number
  sent: number
  cost: number
}

export interface UsageHistory {
  by: Step
  currency?: string
  total: Omit<UsageStep, 'start'>
  steps: UsageStep[]
}

export type Step = 'hour' | 'day'

export const usageQuery = queryOptions({
  queryKey: ['usage', 'now'],
  queryFn: ({ signal }) => request<Usage>('GET', 'usage', undefined, signal),
  staleTime: 30_000,
})

export function historyQuery(by: Step) {
  return queryOptions({
    queryKey: ['usage', by],
    queryFn: ({ signal }) => request<UsageHistory>('GET', `usage/history${query({ by })}`, undefined, signal),
    placeholderData: keepPreviousData,
  })
}

export const csvAddress = (by: Step) => `/api/v1/usage/history${query({ by, format: 'csv' })}`
