import type { Libp2p } from '@libp2p/interface'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseOrigin } from '../../addresses.ts'
import type { Origin } from '../../addresses.ts'
import { dialPeer } from '../dialler.ts'
import { limits } from '../limits.ts'
import type { Dht } from './dht.ts'
import { resolveDnsaddr } from './dnsaddr.ts'

export interface BootstrapOptions {
  libp2p: Libp2p
  dht: Dht
  /** Multiaddrs that the operator named, /dnsaddr among them. */
  addresses: readonly string[]
  dialPrivate: boolean
  /** Nobody of them could be reached. */
  onFailure(reason: string): void
}

/** Keeps the DHT from being empty: as long as it knows too few peers, those that the operator named are dialled. Never ends, never throws. */
export async function bootstrap(options: BootstrapOptions): Promise<void> {
  const { dht, onFailure } = options
  const knowsFew = () => dht.size < limits.bootstrapBelow
  for (let pause: number = limits.bootstrapFirst; ; pause = knowsFew() ? Math.min(pause * 2, limits.bootstrapLast) : limits.bootstrapLast) {
    if (knowsFew() && !(await reachAny(options)) && dht.size === 0) onFailure('none of the peers that THOLE_BOOTSTRAP names could be reached')
    await sleep(pause)
  }
}

/** Dials those that are not connected; whether any of all is. */
async function reachAny({ libp2p, addresses, dialPrivate }: BootstrapOptions): Promise<boolean> {
  const origins = (await Promise.all(addresses.map((address) => originsOf(address, dialPrivate)))).flat()
  const connected = new Set(libp2p.getPeers().map(String))
  const peers = [...Map.groupBy(origins, ({ peerId }) => peerId)].filter(([peerId]) => peerId !== libp2p.peerId.toString())
  const signal = new AbortController().signal
  const reached = await Promise.all(peers.map(async ([peerId, some]) => connected.has(peerId) || dialPeer(libp2p, some, { mark() {}, signal, dialPrivate })))
  return reached.some((one) => one !== undefined)
}

/** What the operator spelt out may be private; where a name leads is judged like any address. */
async function originsOf(address: string, dialPrivate: boolean): Promise<Origin[]> {
  try {
    const found = await resolveDnsaddr(address)
    const rules = { dialPrivate: dialPrivate || found[0] === address }
    return found.map((one) => parseOrigin(one, rules)).filter((origin): origin is Origin => !('skipped' in origin))
  } catch {
    return []
  }
}
