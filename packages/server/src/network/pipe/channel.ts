import type { Duplex } from 'node:stream'
import { MAX_FRAME } from './frames.ts'

/**
 * Frames over a pipe. Bounds are kept above it: credits for blocks, a fixed number of open questions; so
 * `send` never has to wait, and what one turn of the event loop sends leaves in one write.
 */
export interface Channel {
  send(kind: number, ...parts: Uint8Array[]): void
  sendJson(kind: number, value: object): void
}

const HEAD = 5

export function openChannel(pipe: Duplex, onFrame: (kind: number, body: Buffer) => void): Channel {
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

  const reader = frameReader(onFrame)
  pipe.on('data', (bytes: Buffer) => {
    try {
      reader(bytes)
    } catch (error) {
      pipe.destroy(error as Error)
    }
  })
  return { send, sendJson: (kind, value) => send(kind, Buffer.from(JSON.stringify(value))) }
}

/** Bodies are views of what was read where they are whole in it, else copies made once. */
function frameReader(onFrame: (kind: number, body: Buffer) => void): (bytes: Buffer) => void {
  let head = Buffer.alloc(0)
  let frame: Buffer | undefined
  let filled = 0

  function fill(bytes: Buffer): number {
    const target = frame as Buffer
    const count = bytes.copy(target, filled)
    filled += count
    if (filled === target.length) {
      frame = undefined
      onFrame(target[0] as number, target.subarray(1))
    }
    return count
  }

  return (bytes) => {
    let at = 0
    if (frame !== undefined) at = fill(bytes)
    else if (head.length > 0) {
      bytes = Buffer.concat([head, bytes])
      head = Buffer.alloc(0)
    }
    while (bytes.length - at >= HEAD - 1) {
      const length = bytes.readUInt32LE(at)
      if (length < 1 || length > MAX_FRAME) throw new RangeError(`a frame of ${length} bytes`)
      at += HEAD - 1
      if (bytes.length - at >= length) {
        onFrame(bytes[at] as number, bytes.subarray(at + 1, at + length))
        at += length
      } else {
        frame = Buffer.allocUnsafeSlow(length)
        filled = 0
        fill(bytes.subarray(at))
        at = bytes.length
      }
    }
    if (at < bytes.length) head = Buffer.from(bytes.subarray(at))
  }
}
