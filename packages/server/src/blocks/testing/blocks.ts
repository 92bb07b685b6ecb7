import { codecs, digest, type Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'

const sha256 = 0x12

export function block(text: string | Uint8Array, codec: number = codecs.raw, hash = sha256): Block {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  return { cid: CID.createV1(codec, create(hash, digest(hash, bytes))), bytes }
}

export function hashOf({ cid }: Block): Uint8Array {
  return cid.multihash.bytes
}
