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
}

/** Memory grows with the bytes that came, never with the length that was announced. */
export function messageReader(onMessage: (message: Uint8Array) => void, { maxMessage }: ReaderOptions): MessageReader {
  let length = 0
  let scale = 1
  let missing = -1 // bytes until the message is whole; -1 while its length is being read
  let parts: Uint8Array[] = []
  let held = 0

  function readLength(byte: number): void {
    length += (byte & 127) * scale
    scale *= 128
    if (length > maxMessage) throw new WireError(`a message of more than ${maxMessage} bytes`)
    if (byte < 128) missing = length
    else if (scale > 2 ** 28) throw new WireError('a message length is too long')
  }

  function finish(): void {
    const message = parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts, held)
    length = 0
    scale = 1
    missing = -1
    parts = []
    held = 0
    if (message.length > 0) onMessage(message)
  }

  return {
    get held() {
      return held
    },
    push(bytes) {
      for (let at = 0; at < bytes.length; ) {
        if (missing < 0) {
          readLength(bytes[at++] as number)
          if (missing === 0) finish()
          continue
        }
        const part = bytes.subarray(at, at + missing)
        parts.push(part)
        held += part.length
        missing -= part.length
        at += part.length
        if (missing === 0) finish()
      }
    },
  }
}
