import { multiaddr } from '@multiformats/multiaddr'
import { CID } from 'multiformats/cid'
import { openHeliaBroker } from './helia-broker.ts'
import { plainNode } from './plain-node.ts'
import { serveCommands } from './peer-process.ts'

const libp2p = await plainNode()
const broker = await openHeliaBroker(libp2p)

serveCommands(String(libp2p.getMultiaddrs()[0]), async (command) => {
  if (command.op === 'put') {
    for (const { cid, bytes } of command.blocks) await broker.put(CID.decode(cid), bytes)
    return { ok: true }
  }
  if (command.op === 'want') {
    await libp2p.dial(multiaddr(command.address))
    const bytes = await broker.retrieve(CID.decode(command.cid), { signal: AbortSignal.timeout(command.timeout) })
    return { ok: true, bytes: Uint8Array.from(bytes) }
  }
  return { ok: false, reason: 'this peer cannot do that' }
})
