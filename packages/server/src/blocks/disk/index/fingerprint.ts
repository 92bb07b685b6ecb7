import { createHash } from 'node:crypto'
import type { Multihash } from '../../../ports/block-store.ts'

/** Longest multihash that is stored; those of 64 bytes and two numbers are the longest in use. */
export const maxHashBytes = 72
export const keyBytes = 32

const words = maxHashBytes / 4

/** Writes the fingerprint's three words into `out`. */
export type Fingerprint = (hash: Multihash, out: Uint32Array) => void

/**
 * 96 bits of a multihash, by multilinear hashing under a secret key: whoever does not know the key cannot search for blocks of
 * one fingerprint, and by chance two of a billion blocks share one with a probability of 1 in 10^11.
 * In each word the high bits are the better ones.
 */
export function fingerprinter(key: Uint8Array): Fingerprint {
  const expanded = createHash('shake256', { outputLength: 12 * (words + 1) }).update(key).digest()
  const factors = new Int32Array(expanded.buffer.slice(expanded.byteOffset, expanded.byteOffset + expanded.length)).map((factor) => factor | 1)
  return (hash, out) => {
    const { length } = hash
    let a = Math.imul(length, factors[0]!)
    let b = Math.imul(length, factors[1]!)
    let c = Math.imul(length, factors[2]!)
    for (let at = 0, k = 3; at < length; at += 4, k += 3) {
      // Beyond the end `undefined | 0` is 0.
      const word = hash[at]! | (hash[at + 1]! << 8) | (hash[at + 2]! << 16) | (hash[at + 3]! << 24)
      a = (a + Math.imul(word, factors[k]!)) | 0
      b = (b + Math.imul(word, factors[k + 1]!)) | 0
      c = (c + Math.imul(word, factors[k + 2]!)) | 0
    }
    out[0] = a
    out[1] = b
    out[2] = c
  }
}
