import { queryOptions } from '@tanstack/react-query'
import { request } from './client.ts'

export interface NetworkState {
  driver: 'none' | 'embedded'
  state: 'off' | 'starting' | 'running' | 'restarting'
  peerId?: string
  addresses: string[]
  peers: number
  /** How often the network process was started again. */
  restarts: number
  /** Peers of the DHT that are known; absent where it is not used. */
  dht?: number
  providing: {
    /** Why nothing is announced; absent where it is. */
    off?: string
    /** Announcements a second, at most, and those of the last minute. */
    rate: number
    perMinute: number
    announced: number
    failed: number
    backlog: { roots: number; isMore: boolean; since?: string }
    last?: string
    failing: { cid: string; reason?: string }[]
  }
}

/** For admins. */
export const networkQuery = queryOptions({
  queryKey: ['network'],
  queryFn: ({ signal }) => request<NetworkState>('GET', 'network', undefined, signal),
  meta: { beat: true },
})
