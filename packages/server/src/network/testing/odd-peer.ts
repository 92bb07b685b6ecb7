import type { Connection, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Uint8ArrayList } from 'uint8arraylist'
import { prefixOfCid } from '../wire/block-key.ts'
import { decodeMessage } from '../wire/decode.ts'
import { encodeMessage } from '../wire/encode.ts'
import { MAX_MESSAGE, PROTOCOL } from '../wire/message.ts'
import type { Message, WantEntry } from '../wire/message.ts'
import { spareMemory } from '../spare-memory.ts'
import { messageReader } from '../wire/reader.ts'
import { blockOf } from './blocks.ts'
import { serveCommands } from './peer-process.ts'
import { plainNode } from './plain-node.ts'

/** What a peer does with the wants that it gets. */
const tempers: Record<string, (wants: WantEntry[], connection: Connection) => Promise<void>> = {
  /** Takes them and never answers. */
  async mute() {},
  /** Sends single wants itself, and shows what comes back. */
  async asker() {},
  /** Answers each with other bytes. */
  async liar(wants, connection) {
    const blocks = wants.map(({ cid }) => ({ prefix: prefixOfCid(cid), data: randomBytes(100) }))
    say(await connection.newStream(PROTOCOL), { blocks })
  },
  /** Sends whole messages of blocks that nobody asked for, without end. */
  async flooder(_, connection) {
    const stream = await connection.newStream(PROTOCOL)
    for (;;) {
      const blocks = Array.from({ length: 1000 }, () => blockOf(randomBytes(1000)))
      await told(stream, { blocks: blocks.map(({ cid, bytes }) => ({ prefix: prefixOfCid(cid.bytes), data: bytes })) })
    }
  },
  /** Announces a message of a gigabyte, again and again. */
  async giant(_, connection) {
    for (;;) {
      const stream = await connection.newStream(PROTOCOL)
      stream.send(Buffer.from('ffffffff03', 'hex'))
      await nextTurn()
    }
  },
  /** Says of block after block that it has not got it. */
  async chatterer(_, connection) {
    const stream = await connection.newStream(PROTOCOL)
    for (;;) await told(stream, { presences: Array.from({ length: 2000 }, () => ({ cid: randomCid(), have: false })) })
  },
  /** Begins message after message and ends none. */
  async beginner(_, connection) {
    for (;;) {
      const stream = await connection.newStream(PROTOCOL)
      stream.send(Buffer.concat([Buffer.from('80808002', 'hex'), randomBytes(3 << 20)]))
      await stream.onDrain()
    }
  },
}

const temper = process.argv[2] ?? ''
const libp2p = await plainNode()
let onReply: (message: Message) => void = () => {}

await libp2p.handle(PROTOCOL, (stream, connection) => {
  const reader = messageReader((bytes) => onMessage(decodeMessage(bytes)), { maxMessage: MAX_MESSAGE, spare: spareMemory() })
  stream.addEventListener('message', ({ data }) => {
    for (const part of data instanceof Uint8Array ? [data] : data) reader.push(part)
  })

  function onMessage(message: Message): void {
    onReply(message)
    const wants = message.wants.filter(({ cancel }) => !cancel)
    if (wants.length > 0) tempers[temper]?.(wants, connection).catch(() => {}) // it is sent away
  }
}, { maxOutboundStreams: 10_000 })

serveCommands(String(libp2p.getMultiaddrs()[0]), async (command) => {
  if (command.op === 'ask') {
    const { address, cid, have } = command
    const reply = new Promise<Message>((resolve) => (onReply = resolve))
    const stream = await libp2p.dialProtocol(multiaddr(address), PROTOCOL)
    say(stream, { wants: [{ cid, cancel: false, have, sendDontHave: true }] })
    const { blocks, presences } = await reply
    const [presence] = presences
    return { ok: true, bytes: blocks[0] && Uint8Array.from(blocks[0].data), presence: presence && (presence.have ? 'have' : 'dont-have') }
  }
  if (command.op === 'crowd') {
    const connection = await libp2p.dial(multiaddr(command.address))
    const opened = await Promise.allSettled(Array.from({ length: command.streams }, () => connection.newStream(PROTOCOL)))
    return { ok: true, count: opened.filter(({ status }) => status === 'fulfilled').length }
  }
  if (command.op === 'hoard') {
    for (let i = 0; i < command.peers; i++) {
      const node = await plainNode()
      await node.handle(PROTOCOL, (stream) => stream.pause())
      const stream = await node.dialProtocol(multiaddr(command.address), PROTOCOL)
      say(stream, { wants: command.cids.map((cid) => ({ cid, cancel: false, have: false, sendDontHave: true })) })
    }
    return { ok: true }
  }
  if (command.op === 'demand') {
    const stream = await libp2p.dialProtocol(multiaddr(command.address), PROTOCOL)
    let count = 0
    // Until it is sent away.
    while (count < command.wants && stream.status === 'open') {
      const wants = Array.from({ length: 50_000 }, () => ({ cid: randomCid(), cancel: false, have: false, sendDontHave: true }))
      await told(stream, { wants }).catch(() => {})
      count += wants.length
    }
    return { ok: true, count }
  }
  return { ok: false, reason: 'this peer cannot do that' }
})

function say(stream: Stream, message: Partial<Message>): boolean {
  return stream.send(new Uint8ArrayList(...encodeMessage(message)))
}

async function told(stream: Stream, message: Partial<Message>): Promise<void> {
  if (!say(stream, message)) await stream.onDrain()
  await nextTurn()
}

function randomCid(): Uint8Array {
  return Buffer.concat([Buffer.of(1, 0x55, 0x12, 0x20), randomBytes(32)])
}
