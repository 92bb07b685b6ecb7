import type { CID } from 'multiformats/cid'
import type { Block } from '../block.ts'
import { cidOver, room } from '../cid/bytes.ts'
import { codecs, hashes } from '../cid/codecs.ts'
import { digest } from '../hash/digest.ts'
import { encodeNode, type NodeLink } from '../pb/node.ts'

type Codec = typeof codecs.raw | typeof codecs.dagPb

/** Names bytes by their SHA-256. */
export function makeBlock(version: 0 | 1, codec: Codec, bytes: Uint8Array): Block {
  return { cid: nameDigest(version, codec, digest(hashes.sha256, bytes)), bytes }
}

/** The CID of the bytes that have this SHA-256. Version 0 can only name dag-pb. */
export function nameDigest(version: 0 | 1, codec: Codec, sha256: Uint8Array): CID {
  const multihashAt = version === 0 ? 0 : 2
  const cid = room(multihashAt + 34)
  if (version === 1) {
    cid[0] = 1
    cid[1] = codec
  }
  cid[multihashAt] = hashes.sha256
  cid[multihashAt + 1] = 32
  cid.set(sha256, multihashAt + 2)
  return cidOver(cid)
}

export function makeNode(version: 0 | 1, links: readonly NodeLink[], data: Uint8Array): Block {
  return makeBlock(version, codecs.dagPb, encodeNode(links, data))
}
