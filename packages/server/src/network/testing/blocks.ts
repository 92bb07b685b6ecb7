import { digest } from '@thole/dag'
import type { Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { randomBytes } from 'node:crypto'

const RAW = 0x55
const SHA2_256 = 0x12

export function rawBlock(bytes: Uint8Array, code = SHA2_256): Block {
  return { cid: CID.createV1(RAW, Digest.create(code, digest(code, bytes))), bytes }
}

export function randomBlocks(count: number, size: number): Block[] {
  return Array.from({ length: count }, () => rawBlock(Uint8Array.from(randomBytes(size))))
}
