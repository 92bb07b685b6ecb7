import type { Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { Uint8ArrayList } from 'uint8arraylist'
import { prefixOfCid } from '../wire/block-key.ts'
import { decodeMessage } from '../wire/decode.ts'
import { encodeMessage } from '../wire/encode.ts'
import { MAX_MESSAGE, PROTOCOL } from '../wire/message.ts'
import type { Message } from '../wire/message.ts'
import { messageReader } from '../wire/reader.ts'
import { serveCommands } from './peer-process.ts'
import { plainNode } from './plain-node.ts'

/**
 * A peer by temper: `liar` answers every want with other bytes, `mute` takes wants and never answers, `asker`
 * sends single wants and shows what came back.
 */
const temper = process.argv[2]
const libp2p = await plainNode()
let onReply: (message: Message) => void = () => {}

await libp2p.handle(PROTOCOL, (stream, connection) => {
  const reader = messageReader((bytes) => onMessage(decodeMessage(bytes)), { maxMessage: MAX_MESSAGE })
  stream.addEventListener('message', ({ data }) => {
    for (const part of data instanceof Uint8Array ? [data] : data) reader.push(part)
  })

  function onMessage(message: Message): void {
    onReply(message)
    const wants = message.wants.filter(({ cancel }) => !cancel)
    if (temper !== 'liar' || wants.length === 0) return
    const blocks = wants.map(({ cid }) => ({ prefix: prefixOfCid(cid), data: crypto.getRandomValues(new Uint8Array(100)) }))
    void connection.newStream(PROTOCOL).then((back) => say(back, { blocks }))
  }
})

serveCommands(String(libp2p.getMultiaddrs()[0]), async (command) => {
  if (command.op !== 'ask') return { ok: false, reason: 'this peer cannot do that' }
  const { address, cid, have } = command
  const reply = new Promise<Message>((resolve) => (onReply = resolve))
  const stream = await libp2p.dialProtocol(multiaddr(address), PROTOCOL)
  say(stream, { wants: [{ cid, cancel: false, have, sendDontHave: true }] })
  const { blocks, presences } = await reply
  const [presence] = presences
  return { ok: true, bytes: blocks[0] && Uint8Array.from(blocks[0].data), presence: presence && (presence.have ? 'have' : 'dont-have') }
})

function say(stream: Stream, message: Partial<Message>): void {
  stream.send(new Uint8ArrayList(...encodeMessage(message)))
}
