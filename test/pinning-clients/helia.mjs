import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { bitswap } from '@helia/block-brokers'
import { createRemotePins } from '@helia/remote-pinning'
import { Helia } from '@helia/utils'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { MemoryBlockstore } from 'blockstore-core'
import { MemoryDatastore } from 'datastore-core'
import { createLibp2p } from 'libp2p'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'

export { CID }

/** A Helia node over memory, on the loopback alone: Bitswap, no router, nobody to start from. It pins at a remote service. */
export async function startHelia(/** @type {{ endpointUrl: string, accessToken: string }} */ service) {
  const libp2p = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify() },
  })
  const helia = new Helia({ libp2p, blockstore: new MemoryBlockstore(), datastore: new MemoryDatastore(), blockBrokers: [bitswap()], routers: [] })
  await helia.start()
  return {
    pins: createRemotePins(helia, { ...service, pollInterval: 100 }),
    connections: () => libp2p.getConnections().length,
    async put(/** @type {Uint8Array} */ bytes) {
      const cid = CID.createV1(raw.code, await sha256.digest(bytes))
      await helia.blockstore.put(cid, bytes)
      return cid
    },
    stop: () => helia.stop(),
  }
}
