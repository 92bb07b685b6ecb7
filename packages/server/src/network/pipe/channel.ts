import type { OnReadOpts } from 'node:net'
import type { Writable } from 'node:stream'
import { frameReader } from './frame-reader.ts'

/**
 * Frames over a pipe. Bounds are kept above it: credits for blocks, a fixed number of open questions; so
 * `send` never has to wait, and what one turn of the event loop sends leaves in one write.
 */
export interface Channel {
  send(kind: number, ...parts: Uint8Array[]): void
  sendJson(kind: number, value: object): void
}

const HEAD = 5

export function openChannel(pipe: Writable): Channel {
  let corked = false

  function send(kind: number, ...parts: Uint8Array[]): void {
    if (pipe.destroyed || pipe.writableEnded) return
    if (!corked) {
      corked = true
      pipe.cork()
      setImmediate(() => {
        corked = false
        pipe.uncork()
      })
    }
    const head = Buffer.allocUnsafe(HEAD)
    head.writeUInt32LE(parts.reduce((sum, part) => sum + part.length, 1))
    head[4] = kind
    pipe.write(head)
    for (const part of parts) if (part.length > 0) pipe.write(part)
  }

  return { send, sendJson: (kind, value) => send(kind, Buffer.from(JSON.stringify(value))) }
}

/** Reads frames without a stream between, which would take new memory for each of its many reads. */
export function readFrames(onFrame: (kind: number, body: Buffer) => void, onError: (error: Error) => void): OnReadOpts {
  const reader = frameReader(onFrame)
  return {
    buffer: reader.room,
    callback(count) {
      try {
        reader.take(count)
        return true
      } catch (error) {
        onError(error as Error)
        return false
      }
    },
  }
}
