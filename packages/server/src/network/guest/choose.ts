import { scoreOf } from './fetch.ts'
import type { Fetch } from './fetch.ts'
import { limits } from './limits.ts'
import type { Peer } from './peer.ts'
import type { Want } from './want.ts'

/** Peers in the order in which a fetch should ask them: tiers, best first. */
export type Tiers = readonly [Peer[], Peer[]]

/**
 * First its origins and whoever delivered, as long as they are good for it; then whoever else is connected.
 */
export function tiersFor(fetch: Fetch, peers: Iterable<Peer>): Tiers {
  const likely: Peer[] = []
  const others: Peer[] = []
  for (const peer of peers) {
    if (peer.deaf) continue
    const { blocks, missing } = scoreOf(fetch, peer)
    const promising = fetch.origins.has(peer.id) || blocks > 0
    const hopeless = missing > 16 && missing > 4 * blocks
    if (promising && !hopeless && !peer.stalled) likely.push(peer)
    else if (promising || others.length < limits.strangersPerFetch) others.push(peer)
  }
  return [likely, others]
}

/**
 * The peer to ask: of the best tier that has not refused, the one with the least to do, so that fast peers get
 * more. 'busy' when it would be one that can take no more now; undefined when all have refused.
 */
export function choose(want: Want, tiers: Tiers): Peer | 'busy' | undefined {
  for (const tier of tiers) {
    let best: Peer | undefined
    let busy = false
    for (const peer of tier) {
      if (want.refusedBy.has(peer)) continue
      if (peer.busy) busy = true
      else if (best === undefined || peer.live.size < best.live.size) best = peer
    }
    if (best !== undefined) return best
    if (busy) return 'busy'
  }
  return undefined
}
