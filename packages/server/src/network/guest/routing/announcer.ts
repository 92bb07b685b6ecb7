import type { Libp2p } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { AnnounceResult } from '../../../ports/network.ts'
import { limits } from '../limits.ts'
import { isPublic } from '../reach.ts'
import { slots } from '../slots.ts'
import { deadline } from './deadline.ts'
import type { Dht } from './dht.ts'

export interface AnnouncerOptions {
  libp2p: Pick<Libp2p, 'getMultiaddrs'>
  dht?: Dht
  /** Addresses outside of the public internet count too. */
  dialPrivate: boolean
  /** Milliseconds that one announcement may take. */
  timeout?: number
}

/** Tells the DHT who we are and what we have, a bounded number at once. Never throws. */
export function announcer({ libp2p, dht, dialPrivate, timeout = limits.announceTimeout }: AnnouncerOptions): (cid: CID) => Promise<AnnounceResult> {
  const room = slots(limits.announcements)

  function whyNot({ size }: Dht): string | undefined {
    const own = libp2p.getMultiaddrs()
    if (!own.some((address) => dialPrivate || isPublic(address))) return 'no address of this server is public: set THOLE_ANNOUNCE where a router forwards to it'
    return size === 0 ? 'no peer of the DHT is known yet' : undefined
  }

  return async (cid) => {
    if (dht === undefined) return { state: 'off', reason: 'the DHT is not used' }
    const leave = await room.take()
    const late = deadline(timeout)
    try {
      const reason = whyNot(dht)
      if (reason !== undefined) return { state: 'off', reason }
      return { state: 'told', peers: await dht.announce(cid, late.signal) }
    } catch (error) {
      return { state: 'failed', reason: late.signal.aborted ? `no answer within ${timeout / 1000} seconds` : (error as Error).message }
    } finally {
      late[Symbol.dispose]()
      leave()
    }
  }
}
