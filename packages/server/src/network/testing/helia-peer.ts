import { withBitswap } from '@helia/bitswap'
import { multiaddr } from '@multiformats/multiaddr'
import { MemoryBlockstore } from 'blockstore-core'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { silence } from '../guest/silence.ts'
import { plainNode } from './plain-node.ts'
import { serveCommands } from './peer-process.ts'

/** Another project's Bitswap over memory: the part of Helia that a broker needs, and no more. */
interface Broker {
  start(): Promise<void>
  announce(cid: CID): Promise<void>
  retrieve(cid: CID, options: { signal: AbortSignal }): Promise<Uint8Array>
}

const libp2p = await plainNode()
const blockstore = new MemoryBlockstore()
const broker = await openBroker()

serveCommands(String(libp2p.getMultiaddrs()[0]), async (command) => {
  if (command.op === 'put') {
    for (const { cid, bytes } of command.blocks) {
      await blockstore.put(CID.decode(cid), bytes)
      await broker.announce(CID.decode(cid))
    }
    return { ok: true }
  }
  if (command.op === 'want') {
    await libp2p.dial(multiaddr(command.address))
    const bytes = await broker.retrieve(CID.decode(command.cid), { signal: AbortSignal.timeout(command.timeout) })
    return { ok: true, bytes: Uint8Array.from(bytes) }
  }
  return { ok: false, reason: 'this peer cannot do that' }
})

async function openBroker(): Promise<Broker> {
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
  return broker
}
