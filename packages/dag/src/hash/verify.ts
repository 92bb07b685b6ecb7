import type { CID } from 'multiformats/cid'
import type { Block } from '../block.ts'
import { DagError } from '../fault.ts'
import { digest } from './digest.ts'

/**
 * Whether `bytes` are what `cid` names.
 * @throws DagError UNSUPPORTED_CODEC when its hash function is not known
 */
export function matches(cid: CID, bytes: Uint8Array): boolean {
  const expected = cid.multihash.digest
  const actual = digest(cid.multihash.code, bytes)
  if (actual.length !== expected.length) return false
  for (let i = 0; i < actual.length; i++) {
    if (actual[i] !== expected[i]) return false
  }
  return true
}

/** @throws DagError HASH_MISMATCH, UNSUPPORTED_CODEC */
export function verifyBlock({ cid, bytes }: Block): void {
  if (matches(cid, bytes)) return
  const name = cid.toString()
  throw new DagError('HASH_MISMATCH', { reason: `the bytes given for ${name} have another hash`, cid: name })
}
