import { prefixOfCid } from '../wire/block-key.ts'
import { encodeMessage } from '../wire/encode.ts'
import type { Message, Presence, WantEntry, WireBlock } from '../wire/message.ts'
import type { ByteRoom } from './byte-room.ts'
import { limits } from './limits.ts'
import type { Outbox } from './outbox.ts'
import type { Questions } from './questions.ts'

/** The answering half of Bitswap, for one peer: a bounded list of its wants and one stream of replies. */
export interface Ledger {
  receive(message: Message): void
  readonly busy: boolean
  close(): void
}

interface Reply {
  blocks: WireBlock[]
  presences: Presence[]
}

/** `room`: what the replies of all peers may take in memory. */
export function createLedger(box: Outbox, house: Questions, room: ByteRoom): Ledger {
  const wants = new Map<string, WantEntry>()
  let busy = false
  let meanBlock = limits.replyBatch / 2

  /** Reads one batch while the one before it is being sent; where room is short, no peer has more than one. */
  async function serve(): Promise<void> {
    let sending: Promise<void> = Promise.resolve()
    while (wants.size > 0) {
      if (room.isShort) await sending
      const batch = takeBatch()
      let taken = batch.length * meanBlock
      await room.take(taken)
      try {
        const reply = await read(batch)
        const bytes = reply.blocks.reduce((sum, { data }) => sum + data.length, 0)
        room.give(taken - bytes)
        taken = bytes
        await sending
        sending = send(reply).finally(() => room.give(bytes))
        taken = 0
        sending.catch(() => {}) // awaited on the next round or below
      } finally {
        room.give(taken)
      }
    }
    await sending
  }

  function takeBatch(): WantEntry[] {
    const size = Math.max(1, Math.min(limits.readsPerPeer, Math.floor(limits.replyBatch / meanBlock)))
    const batch: WantEntry[] = []
    for (const [key, want] of wants) {
      batch.push(want)
      wants.delete(key)
      if (batch.length === size) break
    }
    return batch
  }

  async function read(batch: WantEntry[]): Promise<Reply> {
    const reply: Reply = { blocks: [], presences: [] }
    await Promise.all(
      batch.map(async (want) => {
        const found = await look(want)
        if (found instanceof Uint8Array) reply.blocks.push({ prefix: prefixOfCid(want.cid), data: found })
        else if (found || want.sendDontHave) reply.presences.push({ cid: want.cid, have: found })
      }),
    )
    return reply
  }

  /** The bytes, or whether there are any. */
  async function look({ cid, have }: WantEntry): Promise<Uint8Array | boolean> {
    const size = have ? await house.size(cid) : undefined
    if (have && (size === undefined || size > limits.smallBlock)) return size !== undefined
    const bytes = await house.get(cid)
    if (bytes === undefined) return false
    meanBlock += (bytes.length - meanBlock) * (bytes.length > meanBlock ? 0.5 : 0.1)
    return bytes
  }

  async function send({ blocks, presences }: Reply): Promise<void> {
    for (let from = 0, told = false; from < blocks.length || (!told && presences.length > 0); told = true) {
      let to = from
      for (let bytes = 0; to < blocks.length && bytes < limits.replyBatch; to++) bytes += (blocks[to] as WireBlock).data.length
      await box.send(encodeMessage({ blocks: blocks.slice(from, to), presences: told ? [] : presences }))
      from = to
    }
  }

  async function run(): Promise<void> {
    if (busy) return
    busy = true
    try {
      await serve()
    } catch {
      wants.clear() // the peer went away or does not read; it asks again when it is back
    } finally {
      busy = false
    }
  }

  return {
    get busy() {
      return busy
    },
    receive(message) {
      if (message.full) wants.clear()
      for (const want of message.wants) {
        if (want.cid.length > limits.maxCid) continue
        const key = Buffer.from(want.cid).toString('latin1')
        if (want.cancel) wants.delete(key)
        else if (wants.size < limits.servedWants) wants.set(key, { ...want, cid: Uint8Array.from(want.cid) })
      }
      void run()
    },
    close: () => wants.clear(),
  }
}
