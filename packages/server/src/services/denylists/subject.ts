import { createHash } from 'node:crypto'
import { base32 } from 'multiformats/bases/base32'
import { base58btc } from 'multiformats/bases/base58'
import { CID } from 'multiformats/cid'

/**
 * What rules speak of, in the words that the compact denylist format hashes: §DOUBLE-HASH. A plain rule and one that is
 * double-hashed with sha2-256 have the same digest.
 */
export interface Subject {
  /** The multihash in base58btc, or `/ipns/` and a domain. */
  root: string
  /** The CIDv1 in base32, or the domain: what lists of before the format hashed. */
  legacyRoot?: string
}

export function ofCid(cid: CID): Subject {
  const { bytes } = cid.version === 1 ? cid : cid.toV1()
  return { root: base58btc.baseEncode(cid.multihash.bytes), legacyRoot: base32.encode(bytes) }
}

/** A key of IPNS is blocked by its multihash, whichever way it is written; anything else is a domain. */
export function ofName(name: string): Subject {
  const key = keyOf(name)
  return key ? ofCid(key) : { root: `/ipns/${name.toLowerCase()}`, legacyRoot: name.toLowerCase() }
}

/** `path`: empty, or names that each follow a slash. */
export function modernText({ root }: Subject, path: string): string {
  return root + path
}

export function legacyText({ legacyRoot }: Subject, path: string): string {
  return `${legacyRoot}${path === '' ? '/' : path}`
}

export function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}

function keyOf(name: string): CID | undefined {
  if (name.includes('.')) return undefined
  try {
    return /^(Qm|12D3|16Ui)/.test(name) ? CID.decode(Uint8Array.from([1, 0x72, ...base58btc.baseDecode(name)])) : CID.parse(name)
  } catch {
    return undefined
  }
}
