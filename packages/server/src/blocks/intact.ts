import { digest } from '@thole/dag'
import { decode } from 'multiformats/hashes/digest'
import type { Multihash } from '../ports/block-store.ts'

/** Whether these are the bytes that the multihash names. */
export function isIntact(hash: Multihash, bytes: Uint8Array): boolean {
  const { code, digest: expected } = decode(hash)
  return Buffer.compare(digest(code, bytes), expected) === 0
}
