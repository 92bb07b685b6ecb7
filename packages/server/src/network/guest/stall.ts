import type { Fetch } from './fetch.ts'
import { limits } from './limits.ts'
import type { Peer } from './peer.ts'
import { refuse } from './want.ts'
import type { Want } from './want.ts'

/**
 * Takes wants from a peer that does not answer them, where somebody else could. Where nobody could, they are
 * sent once more: Kubo may have dropped some without a word. Gateways keep time themselves, and are asked earlier.
 */
export function sweepPeer(peer: Peer, peers: Iterable<Peer>, now: number): void {
  if (peer.live.size === 0 || peer.gateway !== undefined) return
  const quiet = now - peer.progressAt > limits.gatewayAfter
  const silent = now - peer.progressAt > limits.stallAfter
  const usable = [...peers].filter((other) => other !== peer && !other.deaf && !other.stalled && !other.passing)
  const [others, gateways] = [usable.filter(({ gateway }) => gateway === undefined), usable.filter(({ gateway }) => gateway !== undefined)]
  let kept = false
  if (silent) for (const fetch of fetchesAt(peer)) fetch.book.note(peer.id, silence)
  for (const want of peer.live.values()) {
    if (quiet && gateways.some((gateway) => mayAsk(gateway, want))) refuse(want, peer)
    else if (!silent && now - want.askedAt < limits.wantTimeout) continue
    else if (others.some((other) => !want.refusedBy.has(other))) refuse(want, peer)
    else {
      want.askedAt = now
      kept = true
    }
  }
  if (silent) {
    peer.stalled = true
    peer.progressAt = now
  }
  if (kept) peer.resend()
}

const silence = `it has not answered for ${limits.stallAfter / 1000} seconds`

/** The fetches that wait for this peer. */
export function fetchesAt(peer: Peer): Set<Fetch> {
  const waiting = new Set<Fetch>()
  for (const want of peer.live.values()) for (const fetch of want.fetches) waiting.add(fetch)
  return waiting
}

function mayAsk(peer: Peer, want: Want): boolean {
  if (want.refusedBy.has(peer)) return false
  const isOpenTo = (fetch: Fetch) => peer.gateway?.rankFor(fetch) !== undefined && !peer.gateway.isFullFor(fetch)
  return want.fetches.values().some(isOpenTo)
}
