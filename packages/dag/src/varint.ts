/** Unsigned LEB128, up to `Number.MAX_SAFE_INTEGER`. */

/** A varint of a safe integer has at most 8 bytes. */
export const maxVarintBytes = 8

/** Value of the last `readVarint` and the offset after it; reused to keep the hot path free of allocations. */
export interface VarintCursor {
  value: number
  end: number
}

/**
 * Reads at `at`. Returns false when `bytes` end inside the varint or it exceeds the safe integers;
 * `cursor.end` then is the offset reached.
 */
export function readVarint(bytes: Uint8Array, at: number, end: number, cursor: VarintCursor): boolean {
  let value = 0
  let scale = 1
  let offset = at
  while (offset < end && offset - at < maxVarintBytes) {
    const byte = bytes[offset++]!
    value += (byte & 0x7f) * scale
    if (byte < 0x80) {
      cursor.value = value
      cursor.end = offset
      return value <= Number.MAX_SAFE_INTEGER
    }
    scale *= 128
  }
  cursor.end = offset
  return false
}

export function varintLength(value: number): number {
  let length = 1
  while (value >= 128) {
    value = value < 0x80000000 ? value >>> 7 : Math.floor(value / 128)
    length++
  }
  return length
}

/** Writes at `at`, returns the offset after it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  while (value >= 128) {
    bytes[at++] = (value % 128) | 0x80
    value = value < 0x80000000 ? value >>> 7 : Math.floor(value / 128)
  }
  bytes[at++] = value
  return at
}
