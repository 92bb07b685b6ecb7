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
export async function bootstrap({ libp2p, dht, addresses, dialPrivate, onFailure }: BootstrapOptions): Promise<void> {
  const quiet = new AbortController().signal
  let pause: number = limits.bootstrapFirst
  for (;;) {
    if (dht.size < limits.bootstrapBelow) {
      const before = dht.size
      const origins = (await Promise.all(addresses.map((address) => originsOf(address, dialPrivate)))).flat()
      const peers = [...Map.groupBy(origins, ({ peerId }) => peerId)].filter(([peerId]) => peerId !== libp2p.peerId.toString())
      const reached = await Promise.all(peers.map(([, some]) => dialPeer(libp2p, some, { mark() {}, signal: quiet, dialPrivate })))
      if (before === 0 && reached.every((connection) => connection === undefined)) onFailure('none of the peers that THOLE_BOOTSTRAP names could be reached')
    }
    await sleep(pause)
    pause = dht.size < limits.bootstrapBelow ? Math.min(pause * 2, limits.bootstrapLast) : limits.bootstrapLast
  }
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
