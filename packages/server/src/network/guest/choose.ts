import { scoreOf } from './fetch.ts'
import type { Fetch } from './fetch.ts'
import { limits } from './limits.ts'
import type { Peer } from './peer.ts'
import type { Want } from './want.ts'

/** Peers in the order in which a fetch should ask them: tiers, best first. */
export type Tiers = readonly [likely: Peer[], others: Peer[], gateways: Peer[]]

/**
 * First its origins and whoever delivered, as long as they are good for it; then whoever else is connected; then HTTP
 * gateways. While origins are being dialled and nobody else is there, gateways wait a little.
 */
export function tiersFor(fetch: Fetch, peers: Iterable<Peer>): Tiers {
  const likely: Peer[] = []
  const others: Peer[] = []
  const gateways: Peer[] = []
  for (const peer of peers) {
    if (peer.deaf) continue
    if (peer.gateway !== undefined) {
      const rank = peer.gateway.rankFor(fetch)
      if (rank !== undefined) (rank === 'likely' ? likely : gateways).push(peer)
      continue
    }
    const { blocks, missing } = scoreOf(fetch, peer)
    const promising = fetch.origins.has(peer.id) || blocks > 0
    const hopeless = missing > 16 && missing > 4 * blocks
    if (promising && !hopeless && !peer.stalled) likely.push(peer)
    else if (promising || (!peer.passing && others.length < limits.strangersPerFetch)) others.push(peer)
  }
  const early = likely.length + others.length === 0 && fetch.origins.size > 0 && Date.now() - fetch.openedAt < limits.headStart
  return [likely, others, early ? [] : gateways]
}

/**
 * The peer to ask: of the best tier that has not refused, the one with the least to do, so that fast peers get
 * more. 'busy' when it would be one that can take no more now; 'later' when it would be a gateway that can take no more,
 * while others may have what is wanted next; undefined when all have refused.
 */
export function choose(want: Want, tiers: Tiers, fetch: Fetch): Peer | 'busy' | 'later' | undefined {
  for (const tier of tiers) {
    let best: Peer | undefined
    let busy = false
    let full = false
    for (const peer of tier) {
      if (want.refusedBy.has(peer)) continue
      if (peer.gateway?.isFullFor(fetch) === true) full = true
      else if (peer.busy) busy = true
      else if (best === undefined || peer.live.size < best.live.size) best = peer
    }
    if (best !== undefined) return best
    if (busy) return 'busy'
    if (full) return tiers.some((some) => some.some(({ gateway }) => gateway === undefined)) ? 'later' : 'busy'
  }
  return undefined
}
