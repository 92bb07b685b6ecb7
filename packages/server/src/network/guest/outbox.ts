import type { Stream } from '@libp2p/interface'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Uint8ArrayList } from 'uint8arraylist'
import { limits } from './limits.ts'

/** One long-lived stream to a peer, opened when first needed and again when it broke. */
export interface Outbox {
  /** Whether the stream is there, so that the peer knows what was sent before. */
  readonly open: boolean
  /** Resolves when the peer's side took the bytes as far as flow control tells. One call at a time. */
  send(parts: Uint8Array[]): Promise<void>
}

export function outbox(openStream: () => Promise<Stream>): Outbox {
  let stream: Stream | undefined
  const usable = () => stream !== undefined && stream.status === 'open' && stream.writeStatus === 'writable'

  return {
    get open() {
      return usable()
    },
    async send(parts) {
      if (!usable()) stream = await openStream()
      const current = stream as Stream
      try {
        if (!current.send(new Uint8ArrayList(...parts))) await drained(current)
      } catch (error) {
        current.abort(error as Error)
        throw error
      }
    },
  }
}

/** A stream tells at every step that it goes on: what it has not sent by then stays in memory. */
async function drained(stream: Stream): Promise<void> {
  const whole = AbortSignal.timeout(limits.sendTimeout)
  while (stream.writeBufferLength > limits.replyBatch) {
    await stream.onDrain({ signal: AbortSignal.any([whole, AbortSignal.timeout(limits.drainTimeout)]) })
    await nextTurn()
    whole.throwIfAborted()
    if (stream.status !== 'open') throw new Error('the stream is gone')
  }
}
