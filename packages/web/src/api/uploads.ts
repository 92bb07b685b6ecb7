import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { understandCid } from '../lib/understand-cid.ts'
import { query, request } from './client.ts'

export interface Root {
  cid: string
  name?: string
}

/** A root as lists tell it. */
export interface ListedRoot extends Root {
  /** False: it is pinned once it is read through a gateway. */
  pinned: boolean
  visits: number
  visitBytes: number
  /** ISO 8601. */
  lastVisit?: string
  /** ISO 8601: when it ends if nobody reads it. */
  expires?: string
}

export interface Upload {
  id: string
  name?: string
  kind: 'file' | 'directory' | 'car' | 'token'
  bytes: number
  /** ISO 8601. */
  created: string
  roots: ListedRoot[]
}

export const sorts = ['created', 'name', 'bytes'] as const
export type Sort = (typeof sorts)[number]

export interface UploadFilter {
  /** Any part of the name, or a CID. */
  find?: string
  sort?: Sort
  order?: 'asc' | 'desc'
}

interface UploadList {
  /** Of all, whatever is looked for. */
  count: number
  uploads: Upload[]
}

const uploadPage = 100

export function uploadsQuery({ find, ...filter }: UploadFilter) {
  const understood = understandCid(find ?? '')
  const looked = understood && 'cid' in understood ? { cid: understood.cid } : { name: find }
  return infiniteQueryOptions({
    queryKey: ['uploads', { find, ...filter }],
    queryFn: ({ pageParam, signal }) => request<UploadList>('GET', `uploads${query({ ...filter, ...looked, after: pageParam, limit: uploadPage })}`, undefined, signal),
    placeholderData: keepPreviousData,
    initialPageParam: '',
    getNextPageParam: ({ uploads }) => (uploads.length < uploadPage ? undefined : uploads.at(-1)?.id),
  })
}

/** Below /api/v1. */
export function pathOf({ id }: Pick<Upload, 'id'>): string {
  return `uploads/${encodeURIComponent(id)}`
}

/** What lists show. */
export function titleOf({ name, roots }: Pick<Upload, 'name' | 'roots'>): string {
  return name || roots[0]?.name || roots[0]?.cid || 'Unnamed'
}

/** What a large file is sent in, until all of it is there. */
export function isPart({ name, roots }: Upload): boolean {
  return name !== undefined && name === `part of ${roots[0]?.cid}`
}
