import { digest } from '@thole/dag'
import type { Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { randomBytes } from 'node:crypto'

export const RAW = 0x55
export const DAG_CBOR = 0x71
export const SHA2_256 = 0x12
export const SHA2_512 = 0x13
export const BLAKE2B_256 = 0xb220

export function blockOf(bytes: Uint8Array, { codec = RAW, hash = SHA2_256 } = {}): Block {
  return { cid: CID.createV1(codec, Digest.create(hash, digest(hash, bytes))), bytes }
}

export function randomBlocks(count: number, size: number): Block[] {
  return Array.from({ length: count }, () => blockOf(Uint8Array.from(randomBytes(size))))
}
