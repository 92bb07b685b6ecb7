import { codecs, digest, type Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'

/** The same block for the same number, in every process. */
export function block(number: number): Block {
  const bytes = Buffer.from(`block ${number} `.repeat(1 + (number % 300)))
  return { cid: CID.createV1(codecs.raw, createDigest(0x12, digest(0x12, bytes))), bytes }
}
