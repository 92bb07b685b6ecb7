import type { Connection, Stream, StreamHandler } from '@libp2p/interface'
import { decodeMessage } from '../wire/decode.ts'
import { WireError } from '../wire/cursor.ts'
import { MAX_MESSAGE } from '../wire/message.ts'
import type { Message } from '../wire/message.ts'
import { messageReader } from '../wire/reader.ts'
import { limits } from './limits.ts'

export interface InboundOptions {
  /** Bytes came from this peer. */
  onBytes(peerId: string): void
  onMessage(peerId: string, message: Message): void
}

/**
 * Reads the streams that peers open: one for each message (Kubo) or one for many. A stream that breaks the
 * rules is reset; all streams of one connection together may hold a bounded number of unfinished bytes.
 */
export function inboundStreams({ onBytes, onMessage }: InboundOptions): StreamHandler {
  const heldBy = new WeakMap<Connection, { bytes: number }>()

  return (stream: Stream, connection: Connection) => {
    const peerId = connection.remotePeer.toString()
    const held = heldBy.get(connection) ?? { bytes: 0 }
    heldBy.set(connection, held)
    const reader = messageReader((message) => onMessage(peerId, decodeMessage(message)), { maxMessage: MAX_MESSAGE })

    stream.addEventListener('message', ({ data }) => {
      onBytes(peerId)
      held.bytes -= reader.held
      try {
        for (const part of data instanceof Uint8Array ? [data] : data) reader.push(part)
        held.bytes += reader.held
        if (held.bytes > limits.maxHeldPerPeer) throw new WireError('too many unfinished messages')
      } catch (error) {
        stream.abort(error as Error)
      }
    })
    stream.addEventListener('close', () => void (held.bytes -= reader.held), { once: true })
    // Nothing is ever written to it: our half ends at once, so that it is gone when theirs does.
    stream.close().catch((error: Error) => stream.abort(error))
  }
}
