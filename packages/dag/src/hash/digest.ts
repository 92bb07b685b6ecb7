import { sha256 } from '@noble/hashes/sha2.js'
import { codeName, hashes } from '../cid/codecs.ts'
import { DagError } from '../fault.ts'
import { nativeHash } from './native.ts'

export interface HashFunction {
  /** Bytes of a digest. */
  length: number
  hash(bytes: Uint8Array): Uint8Array
}

const functions = new Map<number, HashFunction>([[hashes.sha256, { length: 32, hash: nativeHash('sha256') ?? sha256 }]])

/** Makes more functions known, by their multicodec number. */
export function addHashes(more: Iterable<readonly [code: number, HashFunction]>): void {
  for (const [code, hash] of more) functions.set(code, hash)
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
