import { blake2b } from '@noble/hashes/blake2.js'
import { blake3 } from '@noble/hashes/blake3.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { sha3_224, sha3_256, sha3_384, sha3_512 } from '@noble/hashes/sha3.js'
import { codeName, hashes } from '../cid/codecs.ts'
import { DagError } from '../fault.ts'
import { nativeHash } from './native.ts'

interface HashFunction {
  length: number
  hash(bytes: Uint8Array): Uint8Array
}

/** Shorter digests could be forged by search, and a forged block would stand for the true one. */
const minDigestBytes = 20

const functions = new Map<number, HashFunction>([
  [hashes.sha256, { length: 32, hash: nativeHash('sha256') ?? sha256 }],
  [hashes.sha512, { length: 64, hash: nativeHash('sha512') ?? sha512 }],
  [hashes.sha3_512, { length: 64, hash: nativeHash('sha3-512') ?? sha3_512 }],
  [hashes.sha3_384, { length: 48, hash: nativeHash('sha3-384') ?? sha3_384 }],
  [hashes.sha3_256, { length: 32, hash: nativeHash('sha3-256') ?? sha3_256 }],
  [hashes.sha3_224, { length: 28, hash: nativeHash('sha3-224') ?? sha3_224 }],
  [hashes.blake3, { length: 32, hash: blake3 }],
])
for (let length = minDigestBytes; length <= 64; length++) {
  functions.set(hashes.blake2b8 - 1 + length, { length, hash: (bytes) => blake2b(bytes, { dkLen: length }) })
}

/**
 * The digest of `bytes` by the hash function with multicodec number `code`, synchronously.
 * @throws DagError UNSUPPORTED_CODEC
 */
export function digest(code: number, bytes: Uint8Array): Uint8Array {
  if (code === hashes.identity) return bytes
  const known = functions.get(code)
  if (known !== undefined) return known.hash(bytes)
  throw new DagError('UNSUPPORTED_CODEC', { reason: `hash function ${codeName(code)} is not supported` })
}

/** Bytes in a digest of this function; undefined when it is not supported or has no fixed length. */
export function digestLength(code: number): number | undefined {
  return functions.get(code)?.length
}
