import { hashes } from '../cid/codecs.ts'
import { digest } from '../hash/digest.ts'
import { varintLength, writeVarint } from '../varint.ts'

/** What is unusual is hashed first: longer multihashes, and codecs from this one on. */
const maxBytes = 128
const unusual = 0xffff
const lanes = 6
/** Random words that a fingerprint goes by: a constant, and keys for the codec, the length and each two bytes. */
export const fingerprintWords = lanes * (3 + maxBytes / 2)

/** Writes 96 bits of a codec and the multihash in `bytes[at, end)` into `out`. */
export type Fingerprint = (code: number, bytes: Uint8Array, at: number, end: number, out: Uint32Array) => void

/** With keys of this process. */
export const fingerprint = fingerprinter(crypto.getRandomValues(new Int32Array(fingerprintWords)))

/**
 * Two multihashes have all bits in common with a probability of 2^-96, also where somebody who does not know the keys chose them with
 * care: a link need not name anything that exists. Multilinear hashing of 16-bit characters with keys of 32 bits, whose upper 16 bits are
 * strongly universal (Lemire and Kaser, "Strongly universal string hashing is fast"), six times over.
 */
export function fingerprinter(keys: Int32Array): Fingerprint {
  return (code, bytes, at, end, out) => {
    if (code < unusual && end - at <= maxBytes) return fold(keys, code, bytes, at, end, out)
    const both = new Uint8Array(varintLength(code) + end - at)
    both.set(bytes.subarray(at, end), writeVarint(both, 0, code))
    fold(keys, unusual, digest(hashes.sha256, both), 0, 32, out)
  }
}

function fold(keys: Int32Array, code: number, bytes: Uint8Array, at: number, end: number, out: Uint32Array): void {
  const length = end - at
  let a = (keys[0]! + Math.imul(code, keys[6]!) + Math.imul(length, keys[12]!)) | 0
  let b = (keys[1]! + Math.imul(code, keys[7]!) + Math.imul(length, keys[13]!)) | 0
  let c = (keys[2]! + Math.imul(code, keys[8]!) + Math.imul(length, keys[14]!)) | 0
  let d = (keys[3]! + Math.imul(code, keys[9]!) + Math.imul(length, keys[15]!)) | 0
  let e = (keys[4]! + Math.imul(code, keys[10]!) + Math.imul(length, keys[16]!)) | 0
  let f = (keys[5]! + Math.imul(code, keys[11]!) + Math.imul(length, keys[17]!)) | 0
  for (let k = 18; at < end; at += 2, k += lanes) {
    const character = at + 1 < end ? bytes[at]! | (bytes[at + 1]! << 8) : bytes[at]!
    a = (a + Math.imul(character, keys[k]!)) | 0
    b = (b + Math.imul(character, keys[k + 1]!)) | 0
    c = (c + Math.imul(character, keys[k + 2]!)) | 0
    d = (d + Math.imul(character, keys[k + 3]!)) | 0
    e = (e + Math.imul(character, keys[k + 4]!)) | 0
    f = (f + Math.imul(character, keys[k + 5]!)) | 0
  }
  out[0] = (a & 0xffff0000) | (b >>> 16)
  out[1] = (c & 0xffff0000) | (d >>> 16)
  out[2] = (e & 0xffff0000) | (f >>> 16)
}
