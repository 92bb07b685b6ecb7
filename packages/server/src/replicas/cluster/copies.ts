import type { Copy } from '../../ports/replicas.ts'

/** `GET /pins/{cid}`: what is known of one DAG. */
export interface PinInfo {
  cid: string
  name: string
  peer_map: Record<string, { peername?: string; status: string; error?: string }>
}

const longestName = 100

const states: Readonly<Record<string, Copy['state'] | undefined>> = {
  pinned: 'confirmed',
  pinning: 'coming',
  pin_queued: 'coming',
  queued: 'coming',
  cluster_error: 'unreachable',
  pin_error: 'failed',
  unexpectedly_unpinned: 'absent',
}

/** Those who have it or are to have it. The others do not count. */
export function copiesOf({ peer_map: peers }: PinInfo): Copy[] {
  return Object.entries(peers).flatMap(([id, { peername, status, error }]) => {
    const state = states[status]
    return state === undefined ? [] : [{ node: shown(peername || id), state, reason: error?.split('\n')[0] || undefined }]
  })
}

/** What peers call themselves is told to users, and kept: PostgreSQL stores no NUL. */
function shown(name: string): string {
  return name.replace(/\p{Cc}/gu, '').slice(0, longestName)
}
