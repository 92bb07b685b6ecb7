import { kadDHT, passthroughMapper, removePrivateAddressesMapper } from '@libp2p/kad-dht'
import type { KadDHTComponents, SingleKadDHT } from '@libp2p/kad-dht'
import { peerIdFromString } from '@libp2p/peer-id'
import { ping } from '@libp2p/ping'
import type { ServiceFactoryMap } from 'libp2p'
import type { CID } from 'multiformats/cid'
import { limits } from '../limits.ts'
import { deadline } from './deadline.ts'
import { peerMemory } from './peer-memory.ts'
import type { PeerMemory } from './peer-memory.ts'
import { dhtRecords, recordRules } from './dht-records.ts'
import type { RecordKeeper } from './dht-records.ts'
import type { Provider, Router } from './router.ts'

/** The public DHT, of which this node is a client: it asks and announces, and keeps no records for others. */
export interface Dht extends Router {
  /** Peers of the DHT that are known. */
  readonly size: number
  /** Tells the peers closest to this CID that we have it; resolves to how many took that. Throws where nobody did. */
  announce(cid: CID, signal: AbortSignal): Promise<number>
}

/** With the records that it keeps. */
export interface PublicDht extends Dht {
  readonly records: RecordKeeper
}

/** What libp2p starts with, and the DHT once it has. */
export interface DhtServices {
  services: ServiceFactoryMap
  memory: PeerMemory
  dht: PublicDht
}

/** Rests so long that it never acts: what is announced again, and when, the house decides. */
const never = 2 ** 31 - 1

/**
 * Always a client: records of others would be kept in memory without a bound, and each answer would look through all of them.
 */
export function dhtServices({ dialPrivate }: { dialPrivate: boolean }): DhtServices {
  let kad: SingleKadDHT | undefined
  const start = kadDHT({
    protocol: '/ipfs/kad/1.0.0',
    clientMode: true,
    peerInfoMapper: dialPrivate ? passthroughMapper : removePrivateAddressesMapper,
    alpha: limits.dhtParallel,
    disjointPaths: limits.dhtPaths,
    routingTableUpdateMaxQueueSize: limits.dhtUpdates,
    reprovide: { interval: never },
    ...recordRules,
  })
  return {
    // libp2p's types do not say that one service finds the other among the components.
    services: { ping: ping(), kad: (components) => (kad = start(components as unknown as KadDHTComponents) as SingleKadDHT) },
    memory: peerMemory({ max: limits.knownPeers }),
    dht: overKad(() => kad),
  }
}

function overKad(started: () => SingleKadDHT | undefined): PublicDht {
  /** Where nobody is known, a query would wait without saying so. */
  function connected(): SingleKadDHT {
    const kad = started()
    if (kad === undefined || kad.routingTable.size === 0) throw new Error('no peer of the DHT is known yet')
    return kad
  }

  /** A record may name a peer without its addresses; then the DHT is asked for them. */
  async function addressesOf(kad: SingleKadDHT, peerId: string, signal: AbortSignal): Promise<string[]> {
    using late = deadline(limits.findPeerTimeout)
    const patience = AbortSignal.any([signal, late.signal])
    try {
      for await (const event of kad.findPeer(peerIdFromString(peerId), { signal: patience })) {
        if (event.name === 'FINAL_PEER') return event.peer.multiaddrs.map(String)
      }
    } catch {
      signal.throwIfAborted()
    }
    return []
  }

  return {
    name: 'DHT',
    records: dhtRecords(connected),
    get size() {
      return started()?.routingTable.size ?? 0
    },

    async *findProviders(cid, signal): AsyncGenerator<Provider> {
      const kad = connected()
      let answers = 0
      for await (const event of kad.findProviders(cid, { signal })) {
        if (event.name === 'PEER_RESPONSE') answers++
        if (event.name !== 'PROVIDER') continue
        for (const { id, multiaddrs } of event.providers) {
          const peerId = id.toString()
          const known = multiaddrs.map(String)
          yield { peerId, addresses: known.length > 0 ? known : await addressesOf(kad, peerId, signal) }
        }
      }
      if (answers === 0) throw new Error('no peer of the DHT answered')
    },

    async announce(cid, signal) {
      const kad = connected()
      let took = 0
      try {
        for await (const event of kad.provide(cid, { signal })) {
          if (event.name === 'PEER_RESPONSE' && event.messageName === 'ADD_PROVIDER') took++
        }
      } catch (error) {
        if (took === 0) throw error
      } finally {
        // It would keep each in mind, and look through all of them at each question.
        await kad.cancelReprovide(cid)
      }
      if (took === 0) throw new Error('no peer of the DHT took it')
      return took
    },
  }
}
