import { malformed } from '../fault.ts'

export const major = { uint: 0, negative: 1, bytes: 2, string: 3, array: 4, map: 5, tag: 6, simple: 7 } as const

/** One head of a CBOR item (RFC 8949, section 3): reused, so that scanning allocates nothing per item. */
export interface Head {
  major: number
  /** The number itself, a length, a count or a tag; of floats nothing. Inexact above 2^53. */
  value: number
  /** The offset after it. */
  end: number
}

/**
 * Reads the head at `at` as strictly as DAG-CBOR wants it: shortest form, definite lengths, no simple values but false,
 * true, null (and undefined, which decoders take for null), no NaN, no infinities.
 * @throws DagError INVALID_REQUEST
 */
export function readHead(bytes: Uint8Array, at: number, head: Head): void {
  const first = bytes[at]
  if (first === undefined) throw malformed('the CBOR is cut short')
  const minor = first & 31
  head.major = first >> 5
  head.value = minor
  head.end = at + 1
  if (minor < 24) {
    if (head.major === major.simple && minor < 20) throw malformed(`CBOR simple value ${minor} is not allowed`)
    return
  }
  if (minor > 27) throw malformed('CBOR of indefinite length is not allowed')
  const size = 1 << (minor - 24)
  head.end += size
  if (head.end > bytes.length) throw malformed('the CBOR is cut short')
  if (head.major === major.simple) return checkFloat(bytes, at + 1, size)
  let value = 0
  for (let i = at + 1; i < head.end; i++) value = value * 256 + bytes[i]!
  if (value < shortest[minor - 24]!) throw malformed('a CBOR number is longer than it need be')
  head.value = value
}

/** Below these a shorter form exists. */
const shortest = [24, 0x100, 0x10000, 0x100000000]

function checkFloat(bytes: Uint8Array, at: number, size: number): void {
  if (size === 1) throw malformed('CBOR simple values of two bytes are not allowed')
  const top = ((bytes[at]! << 8) | bytes[at + 1]!) & 0x7fff
  const exponent = size === 2 ? 0x7c00 : size === 4 ? 0x7f80 : 0x7ff0
  if ((top & exponent) === exponent) throw malformed('a CBOR float is no finite number')
}
