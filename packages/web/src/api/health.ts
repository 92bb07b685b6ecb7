import { queryOptions } from '@tanstack/react-query'
import { request } from './client.ts'

export interface Segment {
  name: string
  bytes: number
  /** About so many are of blocks that are found. */
  live: number
  /** Blocks in quarantine. */
  damaged?: number
}

export interface Storage {
  bytes: number
  blocks: number
  segments: number
  free?: number
  damaged: number
  /** ISO 8601. */
  reclaim?: { started: string; ended: string; dags: number; blocks: number; bytes: number; blocked?: 'damaged' | 'absent' }
}

export interface Scrub {
  now?: { started: string; blocks: number; bytes: number; damaged: number; share: number; rate: number }
  last?: { started: string; finished: string; blocks: number; bytes: number; damaged: number }
  next?: string
  damaged: { blocks: number; dags: number }
}

export interface Jobs {
  kinds: { kind: string; due: number; later: number; dead: number; oldest?: string }[]
  /** More are not counted. */
  counted: number
  dead: { kind: string; key: string; attempts: number; error?: string }[]
}

const beat = { beat: true }

export const storageQuery = queryOptions({ queryKey: ['store', 'totals'], queryFn: ({ signal }) => request<Storage>('GET', 'storage', undefined, signal), meta: beat })
export const segmentsQuery = queryOptions({ queryKey: ['store', 'segments'], queryFn: async ({ signal }) => (await request<{ segments: Segment[] }>('GET', 'storage/segments', undefined, signal)).segments })
export const scrubQuery = queryOptions({ queryKey: ['scrub'], queryFn: ({ signal }) => request<Scrub>('GET', 'scrub', undefined, signal), meta: beat })
export const jobsQuery = queryOptions({ queryKey: ['jobs'], queryFn: ({ signal }) => request<Jobs>('GET', 'jobs', undefined, signal), meta: beat })

export const startScrub = (): Promise<Scrub> => request('POST', 'scrub')
export const startReclaim = (): Promise<void> => request('POST', 'reclaim')
export const retryJob = (job: { kind: string; key: string }): Promise<void> => request('POST', 'jobs/retry', job)
