import { spareFrom } from '../spare-memory.ts'
import type { SpareMemory } from '../spare-memory.ts'
import { WireError } from './cursor.ts'

/** Cuts a byte stream into its length-prefixed messages. */
export interface MessageReader {
  /** Calls back for every message that these bytes complete. Throws `WireError` on a bad or too large length. */
  push(bytes: Uint8Array): void
  /** Bytes of the unfinished message that are held. */
  readonly held: number
}

export interface ReaderOptions {
  /** Largest message, bytes. */
  maxMessage: number
  /** For large messages, which are held no longer than `onMessage` lasts, unless that holds them longer. */
  spare: SpareMemory
}

/** Smaller pieces are gathered into such of `gatherBytes`: a view of one byte costs a hundred. */
const pieceBytes = 2048
const gatherBytes = 16_384

/** Memory grows with the bytes that came, never with the length that was announced, nor with the number of pieces. */
export function messageReader(onMessage: (message: Uint8Array) => void, { maxMessage, spare }: ReaderOptions): MessageReader {
  let length = 0
  let scale = 1
  let missing = -1 // bytes until the message is whole; -1 while its length is being read
  let parts: Uint8Array[] = []
  let held = 0
  let gathered: Buffer | undefined
  let filled = 0

  function readLength(byte: number): void {
    length += (byte & 127) * scale
    scale *= 128
    if (length > maxMessage) throw new WireError(`a message of more than ${maxMessage} bytes`)
    if (byte < 128) missing = length
    else if (scale > 2 ** 28) throw new WireError('a message length is too long')
  }

  function hold(part: Uint8Array): void {
    if (part.length >= pieceBytes) {
      endGathering()
      parts.push(part)
      return
    }
    if (gathered !== undefined && filled + part.length > gathered.length) endGathering()
    gathered ??= Buffer.allocUnsafeSlow(gatherBytes)
    gathered.set(part, filled)
    filled += part.length
  }

  function endGathering(): void {
    if (gathered !== undefined) parts.push(gathered.subarray(0, filled))
    gathered = undefined
    filled = 0
  }

  function join(all: Uint8Array[], bytes: number): Uint8Array {
    if (bytes < spareFrom) return Buffer.concat(all, bytes)
    const memory = spare.take(bytes)
    let at = 0
    for (const part of all) {
      memory.set(part, at)
      at += part.length
    }
    return memory
  }

  function finish(last: Uint8Array): void {
    let message = last
    if (held > 0) {
      endGathering()
      message = join([...parts, last], length)
    }
    length = 0
    scale = 1
    missing = -1
    parts = []
    held = 0
    if (message.length === 0) return
    onMessage(message)
    spare.release(message)
  }

  return {
    get held() {
      return held
    },
    push(bytes) {
      for (let at = 0; at < bytes.length; ) {
        if (missing < 0) {
          readLength(bytes[at++] as number)
          if (missing === 0) finish(nothing)
          continue
        }
        const part = bytes.subarray(at, at + missing)
        at += part.length
        missing -= part.length
        if (missing === 0) {
          finish(part)
          continue
        }
        hold(part)
        held += part.length
      }
    },
  }
}

const nothing = new Uint8Array(0)
