import { encode } from '@ipld/dag-cbor'
import type { CID } from 'multiformats/cid'
import type { Block } from '../block.ts'
import { varintLength, writeVarint } from '../varint.ts'

/** The first bytes of a CARv1: a length and the header. */
export function carHeader(roots: readonly CID[]): Uint8Array {
  return withLength(encode({ version: 1, roots }), 0)
}

/** One section of a CARv1: its length and CID in one array, then the block's bytes as they are. */
export function carFrame({ cid, bytes }: Block): Uint8Array[] {
  return [withLength(cid.bytes, bytes.length), bytes]
}

/** `bytes` after a varint of their length plus that of what `follows`. */
function withLength(bytes: Uint8Array, follows: number): Uint8Array {
  const length = bytes.length + follows
  const framed = new Uint8Array(varintLength(length) + bytes.length)
  framed.set(bytes, writeVarint(framed, 0, length))
  return framed
}
