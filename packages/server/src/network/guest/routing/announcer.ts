import type { Libp2p } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { AnnounceResult } from '../../../ports/network.ts'
import { limits } from '../limits.ts'
import { isPublic } from '../reach.ts'
import { slots } from '../slots.ts'
import { deadline } from './deadline.ts'
import type { Dht } from './dht.ts'

export interface AnnouncerOptions {
  libp2p: Libp2p
  dht?: Dht
  /** Addresses outside of the public internet count too. */
  dialPrivate: boolean
}

/** Tells the DHT who we are and what we have, a bounded number at once. Never throws. */
export function announcer({ libp2p, dht, dialPrivate }: AnnouncerOptions): (cid: CID) => Promise<AnnounceResult> {
  const room = slots(limits.announcements)

  function whyOff(): string | undefined {
    if (dht === undefined) return 'the DHT is not used'
    const own = libp2p.getMultiaddrs()
    if (!own.some((address) => dialPrivate || isPublic(address))) return 'no address of this server is public: set THOLE_ANNOUNCE where a router forwards to it'
    return dht.size === 0 ? 'no peer of the DHT is known yet' : undefined
  }

  return async (cid) => {
    const leave = await room.take()
    try {
      const reason = whyOff()
      if (dht === undefined || reason !== undefined) return { state: 'off', reason: reason ?? '' }
      using late = deadline(limits.announceTimeout)
      return { state: 'told', peers: await dht.announce(cid, late.signal) }
    } catch (error) {
      return { state: 'failed', reason: (error as Error).message }
    } finally {
      leave()
    }
  }
}
