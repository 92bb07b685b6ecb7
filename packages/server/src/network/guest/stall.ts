import { limits } from './limits.ts'
import type { Peer } from './peer.ts'
import { refuse } from './want.ts'

/**
 * Takes wants from a peer that does not answer them, where somebody else could. Where nobody could, they are
 * sent once more: Kubo may have dropped some without a word.
 */
export function sweepPeer(peer: Peer, peers: Iterable<Peer>, now: number): void {
  if (peer.live.size === 0) return
  const silent = now - peer.progressAt > limits.stallAfter
  const others = [...peers].filter((other) => other !== peer && !other.deaf && !other.stalled)
  let kept = false
  for (const want of peer.live.values()) {
    if (!silent && now - want.askedAt < limits.wantTimeout) continue
    if (others.some((other) => !want.refusedBy.has(other))) refuse(want, peer)
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
