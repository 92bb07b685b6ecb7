import type { Copy } from '../../ports/replicas.ts'

/** `GET /pins/{cid}`: what is known of one DAG. */
export interface PinInfo {
  cid: string
  name: string
  peer_map: Record<string, { peername?: string; ipfs_peer_id?: string; status: string; error?: string }>
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
  return Object.entries(peers).flatMap(([id, { peername, ipfs_peer_id: peerId, status, error }]) => {
    const state = states[status]
    return state === undefined ? [] : [{ node: shown(peername || id), ...(isPeerId(peerId) && { peerId }), state, reason: error?.split('\n')[0] || undefined }]
  })
}

function isPeerId(text: string | undefined): boolean {
  return text !== undefined && /^[1-9A-HJ-NP-Za-km-z]{40,70}$/.test(text)
}

/** What peers call themselves is told to users, and kept: PostgreSQL stores no NUL. */
function shown(name: string): string {
  return name.replace(/\p{Cc}/gu, '').slice(0, longestName)
}
