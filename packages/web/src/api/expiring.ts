import { queryOptions } from '@tanstack/react-query'
import { query, request } from './client.ts'

/** The last warning of uploads that end unread. */
export interface Expiring {
  id: number
  /** Milliseconds since the epoch. */
  ends: number
  count: number
}

/** Null where there was none. */
export const expiringQuery = queryOptions({
  queryKey: ['events', 'expiring'],
  async queryFn({ signal }): Promise<Expiring | null> {
    const { events } = await request<{ events: { id: number; data: Record<string, unknown> }[] }>('GET', `events${query({ kind: 'upload.expiring', limit: 1 })}`, undefined, signal)
    const [last] = events
    return last === undefined ? null : { id: last.id, ends: Number(last.data['ends'] ?? 0), count: Number(last.data['count'] ?? 1) }
  },
  staleTime: 300_000,
})
