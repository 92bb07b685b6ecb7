import { crc32 } from 'node:zlib'
import type { Multihash } from '../../../ports/block-store.ts'
import { isIntact } from '../../intact.ts'
import type { BlockIndex } from '../index/block-index.ts'

/**
 * Whether these are the bytes that were stored. The first time in a process their hash tells, which nobody can forge; after that the checksum
 * that was then remembered, which is several times as fast and finds what happens to bytes by accident.
 */
export function verify(index: BlockIndex, ordinal: number, hash: Multihash, bytes: Uint8Array): boolean {
  const known = index.checksum(ordinal)
  const checksum = crc32(bytes) || 1
  if (known !== 0) return known === checksum
  if (!matchesHash(hash, bytes)) return false
  index.setChecksum(ordinal, checksum)
  return true
}

/** Whether their hash matches, whatever was remembered. */
export function verifyHash(index: BlockIndex, ordinal: number, hash: Multihash, bytes: Uint8Array): boolean {
  if (!matchesHash(hash, bytes)) return false
  index.setChecksum(ordinal, crc32(bytes) || 1)
  return true
}

/** Without what was remembered. A hash that is damaged may name a function that nobody knows. */
export function matchesHash(hash: Multihash, bytes: Uint8Array): boolean {
  try {
    return isIntact(hash, bytes)
  } catch {
    return false
  }
}
