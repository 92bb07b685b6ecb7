import { identify } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import type { SingleKadDHT } from '@libp2p/kad-dht'
import { noise } from '@libp2p/noise'
import { peerIdFromString } from '@libp2p/peer-id'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import type { Block } from '@thole/dag'
import { createLibp2p } from 'libp2p'
import type { CID } from 'multiformats/cid'
import { silence } from '../guest/silence.ts'
import { openHeliaBroker } from './helia-broker.ts'
import { until } from './fetching.ts'

/** One peer of a DHT on loopback, which answers others, and holds blocks. */
export interface DhtPeer {
  /** Ends in /p2p/<id>. */
  address: string
  peerId: string
  /** Keeps these, and tells the DHT that it has the first. */
  provide(blocks: readonly Block[]): Promise<void>
  /** Peer ids that the DHT names for this CID. */
  providers(cid: CID): Promise<string[]>
  /** The block, from whom the DHT names for it: nobody else is told to this peer. */
  fetch(cid: CID): Promise<Uint8Array>
  /** Peers that opened a connection to it, or to which it did. */
  connected(): string[]
  close(): Promise<void>
}

/** Peers that know each other. */
export async function startDht(count = 5): Promise<DhtPeer[]> {
  const nodes = await Promise.all(Array.from({ length: count }, startNode))
  const [first, ...others] = nodes
  await Promise.all(others.map((node) => node.libp2p.dial(first!.libp2p.getMultiaddrs())))
  for (const [i, node] of nodes.entries()) await Promise.all(nodes.slice(i + 1).map((other) => node.libp2p.dial(other.libp2p.getMultiaddrs())))
  await until(() => nodes.every(({ kad }) => kad.routingTable.size === count - 1))
  return Promise.all(nodes.map(peer))
}

async function startNode() {
  const libp2p = await createLibp2p({
    logger: silence,
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), ping: ping(), kad: kadDHT({ protocol: '/ipfs/kad/1.0.0', clientMode: false, peerInfoMapper: passthroughMapper, allowQueryWithZeroPeers: true, validators: { ipns: () => {} }, selectors: { ipns: () => 0 } }) },
    connectionGater: { denyDialMultiaddr: () => false },
    connectionMonitor: { enabled: false },
  })
  return { libp2p, kad: libp2p.services.kad as SingleKadDHT }
}

async function peer({ libp2p, kad }: Awaited<ReturnType<typeof startNode>>): Promise<DhtPeer> {
  const broker = await openHeliaBroker(libp2p)
  const signal = () => AbortSignal.timeout(5000)

  async function providers(cid: CID): Promise<string[]> {
    const found = new Set<string>()
    for await (const event of kad.findProviders(cid, { signal: signal() })) {
      if (event.name === 'PROVIDER') for (const { id } of event.providers) found.add(id.toString())
    }
    return [...found]
  }

  return {
    address: String(libp2p.getMultiaddrs()[0]),
    peerId: libp2p.peerId.toString(),
    async provide(blocks) {
      for (const { cid, bytes } of blocks) await broker.put(cid, bytes)
      for await (const _ of kad.provide(blocks[0]!.cid, { signal: signal() }));
    },
    providers,
    async fetch(cid) {
      for (const id of await providers(cid)) await libp2p.dial(peerIdFromString(id), { signal: signal() })
      return Uint8Array.from(await broker.retrieve(cid, { signal: signal() }))
    },
    connected: () => libp2p.getPeers().map(String),
    close: async () => libp2p.stop(),
  }
}
