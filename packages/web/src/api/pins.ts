import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { query, request } from './client.ts'

export const pinStatuses = ['queued', 'pinning', 'pinned', 'failed'] as const
export type PinStatus = (typeof pinStatuses)[number]

export interface Pin {
  id: string
  cid: string
  name?: string
  status: PinStatus
  reason?: string
  /** ISO 8601. */
  created: string
  bytes?: number
  blocks?: number
  uploadId?: string
  /** How fetching it fares, where it is not pinned. */
  fetch?: Fetch
  /** ISO 8601: when a request that waits is given up. */
  deadline?: string
  damaged?: Damage
}

export interface Fetch {
  blocks: number
  bytes: number
  /** Known to be missing; what lies below is not known. */
  missing: number
  providers: Provider[]
  tries: number
  /** ISO 8601; absent while it is tried. */
  nextTry?: string
}

/** A peer, gateway or router that was asked. */
export interface Provider {
  address: string
  kind?: 'gateway' | 'router'
  state: 'dialling' | 'connected' | 'answered' | 'failed' | 'skipped' | 'lost'
  reason?: string
  /** Blocks that came from there, and blocks that it said it lacks. */
  blocks: number
  missing: number
}

/** Blocks that were here and cannot be read. */
export interface Damage {
  blocks: number
  first: { cid: string; path: string }[]
  /** ISO 8601. */
  since: string
  /** What is being done about it. */
  repair: string
}

export interface PinFilter {
  status?: PinStatus
  /** Any part of the name, any case. */
  name?: string
  /** However it is written. */
  cid?: string
  /** ISO 8601; strictly older than this. */
  before?: string
}

interface PinList {
  count: number
  pins: Pin[]
}

export const pinPage = 20

/** One page and, to know whether there is a next one, one row more. */
export function pinsQuery(filter: PinFilter) {
  return queryOptions({
    queryKey: ['pins', filter],
    queryFn: async ({ signal }) => {
      const match = filter.name ? 'ipartial' : undefined
      const { count, pins } = await request<PinList>('GET', `pins${query({ ...filter, match, limit: pinPage + 1 })}`, undefined, signal)
      return { count, pins: pins.slice(0, pinPage), more: pins.length > pinPage }
    },
    placeholderData: keepPreviousData,
  })
}

export function addPin(wish: { cid: string; name?: string; origins?: string[] }): Promise<Pin> {
  return request('POST', 'pins', wish)
}

/** As if it had just been asked for; it gets another id. */
export function retryPin(id: string): Promise<Pin> {
  return request('POST', `pins/${encodeURIComponent(id)}/retry`)
}

/** How many there are of each status. */
export const pinCountsQuery = queryOptions({
  queryKey: ['pins', 'counts'],
  queryFn: async ({ signal }) => {
    const counts = await Promise.all(pinStatuses.map(async (status) => (await request<PinList>('GET', `pins${query({ status, limit: 1 })}`, undefined, signal)).count))
    return Object.fromEntries(pinStatuses.map((status, i) => [status, counts[i]!])) as Record<PinStatus, number>
  },
})

export function isMoving(pin: Pin): boolean {
  return pin.status === 'queued' || pin.status === 'pinning'
}
