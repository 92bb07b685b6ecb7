import type { Connection, Stream, StreamHandler } from '@libp2p/interface'
import { decodeMessage } from '../wire/decode.ts'
import { WireError } from '../wire/cursor.ts'
import { MAX_MESSAGE } from '../wire/message.ts'
import type { Message } from '../wire/message.ts'
import type { SpareMemory } from '../spare-memory.ts'
import { messageReader } from '../wire/reader.ts'
import type { MessageReader } from '../wire/reader.ts'
import { limits } from './limits.ts'

export interface InboundOptions {
  /** The peer opened a stream. */
  onStream(peerId: string): void
  /** Bytes came from this peer. */
  onBytes(peerId: string): void
  /** `size`: bytes that it came in. */
  onMessage(peerId: string, message: Message, size: number): void
  /** The peer broke a rule; its stream is reset. */
  onBreach(peerId: string, why: string): void
  /** Whether something is wanted of this peer. */
  isAsked(peerId: string): boolean
  /** For large messages. */
  spare: SpareMemory
}

/** A stream that a peer opened. */
interface Inbound {
  reader: MessageReader
  lastBytes: number
}

/**
 * Reads the streams that peers open: one for each message (Kubo) or one for many. A stream that breaks the
 * rules is reset; all streams of one connection together may hold a bounded number of unfinished bytes, for a bounded time.
 */
export function inboundStreams({ onStream, onBytes, onMessage, onBreach, isAsked, spare }: InboundOptions): StreamHandler {
  const open = new Map<Stream, Inbound>()
  const heldBy = new WeakMap<Connection, { bytes: number }>()
  setInterval(endIdle, limits.messageIdle / 4).unref()

  function endIdle(): void {
    const now = Date.now()
    for (const [stream, { lastBytes, reader }] of open) {
      if (now - lastBytes > (reader.held > 0 ? limits.messageIdle : limits.streamIdle)) stream.abort(new Error('nothing came for too long'))
    }
  }

  return (stream: Stream, connection: Connection) => {
    const peerId = connection.remotePeer.toString()
    const held = heldBy.get(connection) ?? { bytes: 0 }
    heldBy.set(connection, held)
    const reader = messageReader((message) => onMessage(peerId, decodeMessage(message), message.length), { maxMessage: MAX_MESSAGE, spare })
    const inbound = { reader, lastBytes: Date.now() }
    open.set(stream, inbound)

    stream.addEventListener('message', ({ data }) => {
      inbound.lastBytes = Date.now()
      onBytes(peerId)
      const before = reader.held
      let breach: unknown
      try {
        for (const part of data instanceof Uint8Array ? [data] : data) reader.push(part)
      } catch (error) {
        breach = error
      }
      held.bytes += reader.held - before
      if (held.bytes > limits.maxHeldPerPeer) breach ??= new WireError('it begins more messages than it ends')
      // No offence: it may be sending what was just cancelled.
      else if (held.bytes > limits.maxHeldPerStranger && !isAsked(peerId)) breach ??= new Error('nothing so large is wanted')
      if (breach === undefined) return
      stream.abort(breach as Error)
      if (breach instanceof WireError) onBreach(peerId, `it broke the rules of Bitswap: ${breach.message}`)
    })
    stream.addEventListener('close', () => {
      open.delete(stream)
      held.bytes -= reader.held
    })
    onStream(peerId)
    // Nothing is ever written to it: our half ends at once, so that it is gone when theirs does.
    stream.close().catch((error: Error) => stream.abort(error))
  }
}
