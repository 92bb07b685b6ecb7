import type { OnReadOpts } from 'node:net'
import type { Writable } from 'node:stream'
import type { SpareMemory } from '../spare-memory.ts'
import { frameReader } from './frame-reader.ts'

/**
 * Frames over a pipe. Bounds are kept above it: credits for blocks, a fixed number of open questions; so
 * `send` never has to wait, and what one turn of the event loop sends leaves in one write.
 */
export interface Channel {
  send(kind: number, ...parts: Uint8Array[]): void
  /** As `send`; calls back when the last part may be filled with something else. */
  sendLent(kind: number, parts: Uint8Array[], onSent: () => void): void
  sendJson(kind: number, value: object): void
}

const HEAD = 5

export function openChannel(pipe: Writable): Channel {
  let corked = false

  function write(kind: number, parts: Uint8Array[], onSent?: () => void): void {
    if (pipe.destroyed || pipe.writableEnded) return onSent?.()
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
    parts.forEach((part, i) => pipe.write(part, i === parts.length - 1 ? onSent : undefined))
  }

  return {
    send: (kind, ...parts) => write(kind, parts),
    sendLent: write,
    sendJson: (kind, value) => write(kind, [Buffer.from(JSON.stringify(value))]),
  }
}

/** Reads frames without a stream between, which would take new memory for each of its many reads. */
export function readFrames(onFrame: (kind: number, body: Buffer) => void, { spare, onError }: { spare: SpareMemory; onError(error: Error): void }): OnReadOpts {
  const reader = frameReader(onFrame, spare)
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
