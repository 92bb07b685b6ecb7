import { digest } from '@thole/dag'
import { Cursor, WireError } from './cursor.ts'
import type { WireBlock } from './message.ts'
import { varintLength, Writer } from './writer.ts'

/**
 * Blocks are looked up by multihash, as text of one character a byte: the same bytes under another codec or
 * CID version answer the same want.
 */
export type BlockKey = string

export function keyOfMultihash(multihash: Uint8Array): BlockKey {
  return Buffer.from(multihash.buffer, multihash.byteOffset, multihash.length).toString('latin1')
}

/** Key of a binary CID of either version. Throws `WireError` where it is none. */
export function keyOfCid(cid: Uint8Array): BlockKey {
  if (cid[0] === 0x12 && cid[1] === 0x20 && cid.length === 34) return keyOfMultihash(cid)
  const cursor = new Cursor(cid)
  const version = cursor.varint()
  const codec = cursor.varint()
  if (version !== 1 || cursor.done) throw new WireError('not a CID')
  return keyOfMultihash(cid.subarray(varintLength(version) + varintLength(codec)))
}

/** What a received block is, computed from its bytes alone. Throws where its hash is not known here. */
export function keyOfBlock({ prefix, data }: WireBlock): BlockKey {
  const cursor = new Cursor(prefix)
  cursor.varint() // version
  cursor.varint() // codec
  const code = cursor.varint()
  const hash = digest(code, data)
  const head = new Writer(varintLength(code) + varintLength(hash.length)).varint(code).varint(hash.length).bytes
  return keyOfMultihash(head) + keyOfMultihash(hash)
}

/** A CID without its digest, as Bitswap sends it with a block; CIDv0 is spelt 0, dag-pb, sha2-256, 32. */
export function prefixOfCid(cid: Uint8Array): Uint8Array {
  if (cid[0] === 0x12 && cid[1] === 0x20 && cid.length === 34) return Uint8Array.of(0, 0x70, 0x12, 0x20)
  const cursor = new Cursor(cid)
  const head = [cursor.varint(), cursor.varint(), cursor.varint(), cursor.varint()]
  return cid.subarray(0, head.reduce((sum, value) => sum + varintLength(value), 0))
}
