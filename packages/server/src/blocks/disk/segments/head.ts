import { varint } from 'multiformats'
import type { Multihash } from '../../../ports/block-store.ts'
import { maxHashBytes } from '../index/fingerprint.ts'

/** What stands before a block's bytes in its frame. */
export interface Head {
  hash: Multihash
  /** Where the frame starts. */
  start: number
}

/** A length, a CID's version and codec, and a multihash. */
export const maxHeadBytes = 9 + 1 + 9 + maxHashBytes
const maxCodecBytes = 9
/** Of SHA2-256, which nearly all are. */
const usualHashBytes = 34
const lengths = [usualHashBytes, ...Array.from({ length: maxHashBytes - 1 }, (_, i) => i + 2).filter((length) => length !== usualHashBytes)]

/** The head that ends at `at`, of a block of `length` bytes, which `isHash` knows by its multihash; undefined where it is damaged. The hash is a view. */
export function headBefore(bytes: Uint8Array, at: number, length: number, isHash: (hash: Multihash) => boolean): Head | undefined {
  const hash = hashBefore(bytes, at, isHash)
  if (!hash) return undefined
  const from = at - hash.length
  const ofV1 = startOfV1(bytes, from, hash.length + length)
  const start = ofV1 ?? startOfFrame(bytes, from, hash.length + length)
  return start === undefined ? undefined : { hash, start }
}

/** The multihash that ends at `at`, whatever is before it. */
export function hashBefore(bytes: Uint8Array, at: number, isHash: (hash: Multihash) => boolean): Multihash | undefined {
  for (const length of lengths) {
    if (length > at) continue
    const hash = bytes.subarray(at - length, at)
    if (isHash(hash)) return hash
  }
  return undefined
}

/** Where the multihash is a CIDv1's. */
function startOfV1(bytes: Uint8Array, from: number, follow: number): number | undefined {
  for (let codecBytes = 1; codecBytes <= maxCodecBytes && codecBytes < from; codecBytes++) {
    const last = from - codecBytes
    // All bytes of a number but its last one have the high bit.
    if (bytes[last]! >= 0x80 !== codecBytes > 1) return undefined
    if (bytes[last - 1] !== 1) continue
    const start = startOfFrame(bytes, last - 1, 1 + codecBytes + follow)
    if (start !== undefined) return start
  }
  return undefined
}

/** Where a frame starts whose content, of `length` bytes, starts at `from`. */
function startOfFrame(bytes: Uint8Array, from: number, length: number): number | undefined {
  const start = from - varint.encodingLength(length)
  if (start < 0) return undefined
  varint.encodeTo(length, expected)
  for (let i = 0; start + i < from; i++) if (bytes[start + i] !== expected[i]) return undefined
  return start
}

const expected = new Uint8Array(10)
