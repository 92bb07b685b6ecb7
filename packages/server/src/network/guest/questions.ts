import type { Channel } from '../pipe/channel.ts'
import { u32 } from '../pipe/bodies.ts'
import { kinds } from '../pipe/frames.ts'
import { limits } from './limits.ts'
import { slots } from './slots.ts'

/** Asks the house for blocks that peers want. */
export interface Questions {
  get(cid: Uint8Array): Promise<Uint8Array | undefined>
  size(cid: Uint8Array): Promise<number | undefined>
  /** Takes a `got` or `sized` frame. */
  answer(body: Buffer): void
}

/** An answer is the number of the question, whether there is such a block, and its bytes or its size. */
export function questions(channel: Channel): Questions {
  const open = new Map<number, (answer: Buffer | undefined) => void>()
  const room = slots(limits.questions)
  let last = 0

  async function ask(kind: number, cid: Uint8Array): Promise<Buffer | undefined> {
    const leave = await room.take()
    try {
      last = (last + 1) % 2 ** 32
      const number = last
      return await new Promise((resolve) => {
        open.set(number, resolve)
        channel.send(kind, u32(number), cid)
      })
    } finally {
      leave()
    }
  }

  return {
    get: (cid) => ask(kinds.get, cid),
    async size(cid) {
      const answer = await ask(kinds.size, cid)
      return answer?.readUInt32LE(0)
    },
    answer(body) {
      const number = body.readUInt32LE(0)
      open.get(number)?.(body[4] === 1 ? body.subarray(5) : undefined)
      open.delete(number)
    },
  }
}
