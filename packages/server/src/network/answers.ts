import { CID } from 'multiformats/cid'
import type { Log } from '../ports/log.ts'
import type { BlockServer } from '../ports/network.ts'
import { u32 } from './pipe/bodies.ts'
import type { Channel } from './pipe/channel.ts'
import { kinds } from './pipe/frames.ts'

/** Answers what the network process asks on behalf of peers; what fails is a block that we do not have. */
export function answers(server: BlockServer, log: Log): (kind: number, body: Buffer, channel: Channel) => Promise<void> {
  async function look<T>(body: Buffer, find: (cid: CID) => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await find(CID.decode(body.subarray(4)))
    } catch (error) {
      log.debug({ error }, 'a block that a peer asked for could not be read')
      return undefined
    }
  }

  return async (kind, body, channel) => {
    const question = body.subarray(0, 4)
    if (kind === kinds.get) {
      const bytes = await look(body, (cid) => server.get(cid))
      channel.send(kinds.got, question, flag(bytes), bytes ?? nothing)
    } else {
      const size = await look(body, (cid) => server.size(cid))
      channel.send(kinds.sized, question, flag(size), size === undefined ? nothing : u32(size))
    }
  }
}

const nothing = new Uint8Array(0)

function flag(found: unknown): Uint8Array {
  return Uint8Array.of(found === undefined ? 0 : 1)
}
