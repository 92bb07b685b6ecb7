import * as dagCbor from '@ipld/dag-cbor'
import { codecs, digest, type Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'

export function blockOf(codec: number, bytes: Uint8Array): Block {
  return { cid: CID.createV1(codec, create(0x12, digest(0x12, bytes))), bytes }
}

export const leaf = (text: string) => blockOf(codecs.raw, Buffer.from(text))
/** Links without names. */
export const node = (...links: Block[]) => blockOf(codecs.dagCbor, dagCbor.encode(links.map(({ cid }) => cid)))
/** Links with names, which paths go by. */
export const named = (links: Record<string, Block>) => blockOf(codecs.dagCbor, dagCbor.encode(Object.fromEntries(Object.entries(links).map(([name, { cid }]) => [name, cid]))))
