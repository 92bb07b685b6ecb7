import type { GatewayOrigin } from '../../addresses.ts'
import type { Client } from '../client.ts'
import type { Fetch } from '../fetch.ts'
import { nameOf } from '../http/name.ts'
import { limits } from '../limits.ts'
import { createGateway } from './gateway.ts'
import type { Gateway } from './gateway.ts'

/** All HTTP gateways: those of the operator, which every fetch may ask, and those that a fetch names for itself. */
export interface Gateways {
  /** A fetch begins. Whether there is a gateway for it. */
  serve(fetch: Fetch): boolean
  /** Somebody says that these have what this fetch wants. */
  follow(fetch: Fetch, named: readonly GatewayOrigin[]): void
}

export interface GatewaysOptions {
  client: Client
  /** URLs that the operator named. */
  urls: readonly string[]
  dialPrivate: boolean
}

export function createGateways({ client, urls, dialPrivate }: GatewaysOptions): Gateways {
  const configured = urls.map((url) => open(nameOf(url), url, true))
  const named = new Map<string, Gateway>()
  const counts = new WeakMap<Fetch, number>()

  function open(id: string, url: string, trusted: boolean): Gateway {
    const gateway = createGateway({ id, url, trusted, dialPrivate, client, onIdle: () => trusted || closeLater(gateway) })
    client.join(gateway)
    return gateway
  }

  /** It is remembered for a while how it behaved: who names it again and again does not have it asked again and again. */
  function closeLater(gateway: Gateway): void {
    setTimeout(() => gateway.idle && named.get(gateway.id) === gateway && close(gateway), limits.idleGateway).unref()
  }

  function close(gateway: Gateway): void {
    named.delete(gateway.id)
    client.leave(gateway)
    gateway.close()
  }

  function hasRoom(): boolean {
    if (named.size < limits.maxGateways) return true
    const idle = named.values().find((gateway) => gateway.idle)
    if (idle !== undefined) close(idle)
    return idle !== undefined
  }

  function follow(fetch: Fetch, { url, address }: GatewayOrigin): void {
    const known = configured.find(({ id }) => id === url) ?? named.get(url)
    const count = counts.get(fetch) ?? 0
    if (count >= limits.gatewaysPerFetch || (known === undefined && !hasRoom())) {
      return fetch.book.mark(address, url, 'skipped', 'enough gateways are being asked', 'gateway')
    }
    counts.set(fetch, count + 1)
    const gateway = known ?? open(url, url, false)
    if (known === undefined) named.set(url, gateway)
    gateway.follow(fetch, address)
  }

  return {
    serve(fetch) {
      for (const gateway of configured) gateway.follow(fetch, gateway.id)
      return configured.length > 0
    },
    follow(fetch, origins) {
      for (const origin of origins) follow(fetch, origin)
    },
  }
}
