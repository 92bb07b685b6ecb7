import { createHash } from 'node:crypto'
import { fingerprinter as keyed, fingerprintWords } from '@thole/dag'
import type { Multihash } from '../../../ports/block-store.ts'

/** Longest multihash that is stored; those of 64 bytes and two numbers are the longest in use. */
export const maxHashBytes = 72
export const keyBytes = 32

/** Writes the fingerprint's three words into `out`. In each word the high bits are as good as the low ones. */
export type Fingerprint = (hash: Multihash, out: Uint32Array) => void

/**
 * 96 bits of a multihash under the store's secret key: whoever does not know it cannot make two multihashes of one fingerprint, and by
 * chance two of a billion blocks share one with a probability of 1 in 10^11.
 */
export function fingerprinter(key: Uint8Array): Fingerprint {
  const expanded = createHash('shake256', { outputLength: 4 * fingerprintWords }).update(key).digest()
  const fingerprint = keyed(new Int32Array(Uint8Array.from(expanded).buffer))
  return (hash, out) => fingerprint(0, hash, 0, hash.length, out)
}
