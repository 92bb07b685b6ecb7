import type { Block } from '@thole/dag'
import { fault, type Fault } from '../kernel/faults.ts'

/** The greatest block of the format. It bounds what a start reads into memory on the word of damaged bytes. */
export const maxBlockBytes = 16 << 20

/** Why this block is not stored; undefined where it may be. */
export function tooLarge({ cid, bytes }: Block, maxHashBytes: number): Fault | undefined {
  if (bytes.length > maxBlockBytes) return fault('TOO_LARGE', { reason: `a block may have ${maxBlockBytes} bytes, this one has ${bytes.length}` })
  const hashBytes = cid.multihash.bytes.length
  return hashBytes > maxHashBytes ? fault('INVALID_CID', { reason: `a multihash may have ${maxHashBytes} bytes, this one has ${hashBytes}` }) : undefined
}
