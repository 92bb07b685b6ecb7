import { identify } from '@libp2p/identify'
import type { Libp2p, Listener, PeerId } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import type { Multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { ServiceFactoryMap } from 'libp2p'
import { loadPeerKey } from '../peer-key.ts'
import type { GuestConfig } from '../pipe/frames.ts'
import { PROTOCOL } from '../wire/message.ts'
import { directStreams } from './direct-streams.ts'
import { limits } from './limits.ts'
import { isPublic, mayDialItself } from './reach.ts'
import type { PublicDht } from './routing/dht.ts'
import { silence } from './silence.ts'

export interface Node {
  libp2p: Libp2p
  /** Where it listens, so that the next process can listen there again. */
  listening: string[]
  /** Where the configuration asks for it. */
  dht?: PublicDht
}

/**
 * libp2p with nothing but what is named here: no discovery, no relay, no resolver of its own, and no routing unless
 * it is configured; it dials what it is told to and nothing else. TLS comes before noise because it is faster.
 */
export async function startNode(config: GuestConfig, isBanned: (peerId: string) => boolean): Promise<Node> {
  let listeners = (): Listener[] => []
  let confirm: ((address: Multiaddr) => void) | undefined
  // What only a public node needs is loaded only there.
  const routing = config.dht && (await import('./routing/dht.ts')).dhtServices(config)
  const own: ServiceFactoryMap = {
    identify: identify(),
    listeners({ transportManager, addressManager }) {
      listeners = () => transportManager.getListeners()
      confirm = (address) => addressManager.confirmObservedAddr(address, { type: 'transport' })
    },
  }
  const libp2p = await createLibp2p({
    privateKey: await loadPeerKey(config.keyFile),
    logger: silence,
    nodeInfo: { name: 'thole', version: '0', userAgent: 'thole' },
    addresses: { listen: config.listen, announce: config.announce, announceFilter: (own) => (own.some(isPublic) ? own.filter(isPublic) : own) },
    transports: [tcp({ dialOpts: { noDelay: true }, listenOpts: { noDelay: true } })],
    connectionEncrypters: [tls(), noise()],
    streamMuxers: [directStreams(yamux({ maxInboundStreams: limits.maxInboundStreams, maxEarlyStreams: 64 }), PROTOCOL)],
    services: { ...own, ...routing?.services },
    datastore: routing?.memory,
    peerDiscovery: [],
    peerRouters: [],
    contentRouters: [],
    // Yamux keeps dead connections from lingering; pinging every peer beside it would only cost.
    connectionMonitor: { enabled: false },
    connectionGater: {
      denyDialPeer: (peer: PeerId) => isBanned(peer.toString()),
      denyDialMultiaddr: (address) => !mayDialItself(address, config),
      denyInboundEncryptedConnection: (peer: PeerId) => isBanned(peer.toString()),
    },
    connectionManager: {
      resolvers: {},
      maxConnections: limits.maxConnections,
      maxParallelDials: 100,
      // What the DHT asks for waits its turn; whom a fetch names goes before.
      maxDialQueueLength: 2000,
      addressDialTimeout: limits.dialTimeout,
      // Many peers may sit behind one address, a proxy's for instance.
      inboundConnectionThreshold: 50,
      maxIncomingPendingConnections: 50,
      reconnectRetries: 0,
    },
  })
  routing?.memory.spare(() => [libp2p.peerId, ...libp2p.getPeers()])
  // Nobody is asked whether these can be reached: who listens on a public address means it.
  for (const address of listeners().flatMap((listener) => listener.getAddrs())) {
    if (isPublic(address)) confirm?.(address)
  }
  return { libp2p, listening: withPorts(config.listen, listeners()), dht: routing?.dht }
}

/** The listen addresses with the ports that the system chose; listeners come in the order of their addresses. */
function withPorts(listen: readonly string[], listeners: readonly Listener[]): string[] {
  if (listeners.length !== listen.length) return [...listen]
  return listen.map((address, i) => {
    const port = /\/tcp\/\d+/.exec(String(listeners[i]?.getAddrs()[0]))?.[0]
    return port === undefined ? address : address.replace(/\/tcp\/0$/, port)
  })
}
