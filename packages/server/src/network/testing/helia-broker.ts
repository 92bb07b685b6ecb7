import { withBitswap } from '@helia/bitswap'
import type { Libp2p } from '@libp2p/interface'
import { MemoryBlockstore } from 'blockstore-core'
import type { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { silence } from '../guest/silence.ts'

/** Another project's Bitswap over memory. */
export interface HeliaBroker {
  put(cid: CID, bytes: Uint8Array): Promise<void>
  /** From whoever is connected. */
  retrieve(cid: CID, options: { signal: AbortSignal }): Promise<Uint8Array>
}

/** The part of Helia that a broker needs, and no more. */
interface Broker {
  announce(cid: CID): Promise<void>
  retrieve(cid: CID, options: { signal: AbortSignal }): Promise<Uint8Array>
}

export async function openHeliaBroker(libp2p: Libp2p): Promise<HeliaBroker> {
  const blockstore = new MemoryBlockstore()
  let mixin: { start(helia: object): Promise<void> } | undefined
  let broker: Broker | undefined
  withBitswap({ addMixin: (added: typeof mixin) => (mixin = added) } as never)
  await mixin?.start({
    status: 'starting',
    hasBlockBroker: () => false,
    addBlockBroker: (added: Broker) => (broker = added),
    libp2p,
    blockstore,
    logger: silence,
    routing: { async *findProviders() {}, async provide() {} },
    getHasher: async () => sha256,
  })
  if (broker === undefined) throw new Error('@helia/bitswap has changed how brokers are made')
  const { announce, retrieve } = broker
  return {
    retrieve: retrieve.bind(broker),
    async put(cid, bytes) {
      await blockstore.put(cid, bytes)
      await announce.call(broker, cid)
    },
  }
}
