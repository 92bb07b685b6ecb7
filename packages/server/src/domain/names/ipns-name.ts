import { bases } from 'multiformats/basics'
import { base36 } from 'multiformats/bases/base36'
import { base58btc } from 'multiformats/bases/base58'
import { CID } from 'multiformats/cid'
import { decode as decodeMultihash } from 'multiformats/hashes/digest'
import type { MultihashDigest } from 'multiformats/hashes/interface'

/** A name of IPNS that is a key: the multihash of it, which is the key itself where that is short. */
export interface IpnsName {
  /** CIDv1 of codec libp2p-key in base36: fits one DNS label, and knows no case. */
  text: string
  multihash: MultihashDigest
}

const libp2pKey = 0x72
/** Names were once written as if they were content. */
const dagPb = 0x70
const identity = 0x00
const sha256 = 0x12
/** A longer key is no name by itself (libp2p, peer ids). */
const maxInline = 42
/** Such a name in base2, which nobody uses. */
const maxText = 400

const decoders = new Map(
  Object.values(bases)
    .filter((base) => base.name !== 'identity')
    .map((base) => [base.prefix as string, base]),
)

/** The name in any spelling: peer id, or CIDv1 in any multibase. undefined: it is no key; it may be a domain. */
export function parseIpnsName(text: string): IpnsName | undefined {
  if (text.length < 40 || text.length > maxText) return undefined
  try {
    const multihash = isPeerId(text) ? decodeMultihash(base58btc.baseDecode(text)) : multihashOf(text)
    return multihash === undefined ? undefined : nameOf(multihash)
  } catch {
    return undefined
  }
}

/** The name of a multihash, as routing knows it. undefined: it is that of no key. */
export function nameOf(multihash: MultihashDigest): IpnsName | undefined {
  const { code, digest } = multihash
  const isKey = code === identity ? digest.length > 0 && digest.length <= maxInline : code === sha256 && digest.length === 32
  return isKey ? { text: base36.encode(CID.createV1(libp2pKey, multihash).bytes), multihash } : undefined
}

function isPeerId(text: string): boolean {
  return /^(1|Qm)/.test(text)
}

function multihashOf(text: string): MultihashDigest | undefined {
  const decoder = decoders.get(text[0]!)
  if (decoder === undefined) return undefined
  const cid = CID.decode(decoder.decode(text))
  return cid.version === 1 && (cid.code === libp2pKey || cid.code === dagPb) ? cid.multihash : undefined
}
