import { blake2b } from '@noble/hashes/blake2.js'
import { blake3 } from '@noble/hashes/blake3.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { sha3_224, sha3_256, sha3_384, sha3_512 } from '@noble/hashes/sha3.js'
import { hashes } from '../cid/codecs.ts'
import { addHashes } from './digest.ts'
import { nativeHash } from './native.ts'

/** Shorter digests could be forged by search, and a forged block would stand for the true one. */
const minDigestBytes = 20

/** All but SHA-256, made known when this module is loaded: `light.ts` leaves them out until one is met. */
addHashes([
  [hashes.sha512, { length: 64, hash: nativeHash('sha512') ?? sha512 }],
  [hashes.sha3_512, { length: 64, hash: nativeHash('sha3-512') ?? sha3_512 }],
  [hashes.sha3_384, { length: 48, hash: nativeHash('sha3-384') ?? sha3_384 }],
  [hashes.sha3_256, { length: 32, hash: nativeHash('sha3-256') ?? sha3_256 }],
  [hashes.sha3_224, { length: 28, hash: nativeHash('sha3-224') ?? sha3_224 }],
  [hashes.blake3, { length: 32, hash: blake3 }],
])
for (let length = minDigestBytes; length <= 64; length++) {
  addHashes([[hashes.blake2b8 - 1 + length, { length, hash: (bytes) => blake2b(bytes, { dkLen: length }) }]])
}
