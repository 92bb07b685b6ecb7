import { queryOptions } from '@tanstack/react-query'
import { request } from './client.ts'

export interface NetworkState {
  /** Peers of the DHT that are known; absent where it is not used. */
  dht?: number
  providing: {
    /** Why nothing is announced; absent where it is. */
    off?: string
    perMinute: number
    backlog: { roots: number; isMore: boolean; since?: string }
    last?: string
    failing: { cid: string; reason?: string }[]
  }
}

/** For admins. */
export const networkQuery = queryOptions({
  queryKey: ['network'],
  queryFn: ({ signal }) => request<NetworkState>('GET', 'network', undefined, signal),
  refetchInterval: 30_000,
})
