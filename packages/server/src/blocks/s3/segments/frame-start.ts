/** Longest varint of a codec, and of the length of a frame. */
const maxCodecBytes = 5
const maxLengthBytes = 5

/** At most so many bytes of a frame stand before the multihash. */
export const maxFrameLead = maxLengthBytes + 1 + maxCodecBytes

/**
 * Where the frame begins whose block of so many bytes lies at `at` in `bytes`, behind a multihash of so many: the codec, which no row knows,
 * is in between. Undefined where no frame fits.
 */
export function frameStart(bytes: Uint8Array, at: number, hashBytes: number, blockBytes: number): number | undefined {
  const hashAt = at - hashBytes
  // CIDv0 is the multihash alone.
  const v0 = endsWithLength(bytes, hashAt, hashBytes + blockBytes)
  if (v0 !== undefined) return v0
  for (let codecBytes = 1; codecBytes <= maxCodecBytes; codecBytes++) {
    const cidAt = hashAt - codecBytes - 1
    if (cidAt < 0 || bytes[cidAt] !== 1) continue
    const start = endsWithLength(bytes, cidAt, at - cidAt + blockBytes)
    if (start !== undefined) return start
  }
  return undefined
}

/** Where the varint of `length` begins that ends at `end`. */
function endsWithLength(bytes: Uint8Array, end: number, length: number): number | undefined {
  const varint: number[] = []
  for (let left = length; ; left = Math.floor(left / 128)) {
    varint.push(left < 128 ? left : (left % 128) | 128)
    if (left < 128) break
  }
  const start = end - varint.length
  return start >= 0 && varint.every((byte, i) => bytes[start + i] === byte) ? start : undefined
}
