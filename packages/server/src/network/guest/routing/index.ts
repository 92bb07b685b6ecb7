import type { Libp2p } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { NameRouting } from '../../../ports/name-routing.ts'
import type { AnnounceResult } from '../../../ports/network.ts'
import type { GatewayOrigin, Origin } from '../../addresses.ts'
import type { GuestConfig } from '../../pipe/frames.ts'
import type { Fetch } from '../fetch.ts'
import { announcer } from './announcer.ts'
import { bootstrap } from './bootstrap.ts'
import { delegatedRouter } from './delegated.ts'
import { delegatedRecords } from './delegated-records.ts'
import type { PublicDht } from './dht.ts'
import { nameRecords } from './name-records.ts'
import type { Router } from './router.ts'
import { createSeeker } from './seek.ts'
import type { Seeker } from './seek.ts'

/** Finding who has something, and telling who asks that we do: by whatever routing is configured. */
export interface Routing extends Seeker {
  announce(cid: CID): Promise<AnnounceResult>
  readonly names: NameRouting
}

export interface RoutingOptions {
  libp2p: Libp2p
  dht?: PublicDht
  config: GuestConfig
  onFound(fetch: Fetch, origins: (Origin | GatewayOrigin)[]): void
  warn(words: string, data: object): void
}

export function openRouting({ libp2p, dht, config, onFound, warn }: RoutingOptions): Routing {
  const { dialPrivate } = config
  const routers: Router[] = config.routers.map((url) => delegatedRouter(url, { dialPrivate }))
  if (dht !== undefined) {
    routers.push(dht)
    void bootstrap({ libp2p, dht, dialPrivate, addresses: config.dht?.bootstrap ?? [], onFailure: (reason) => warn('the DHT cannot be reached', { reason }) })
  }
  const keepers = [...config.routers.map((url) => delegatedRecords(url, { dialPrivate })), ...(dht === undefined ? [] : [dht.records])]
  return { ...createSeeker({ routers, dialPrivate, onFound }), announce: announcer({ libp2p, dht, dialPrivate }), names: nameRecords(keepers) }
}
