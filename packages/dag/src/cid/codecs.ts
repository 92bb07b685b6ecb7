import type { CID } from 'multiformats/cid'

/** Multicodec numbers of the codecs that Thole stores. */
export const codecs = { raw: 0x55, dagPb: 0x70, dagCbor: 0x71, dagJson: 0x0129, cbor: 0x51, json: 0x0200 } as const

/** Multicodec numbers of hash functions. */
export const hashes = {
  identity: 0x00,
  sha256: 0x12,
  sha512: 0x13,
  sha3_512: 0x14,
  sha3_384: 0x15,
  sha3_256: 0x16,
  sha3_224: 0x17,
  blake3: 0x1e,
  blake2b8: 0xb201,
  blake2b512: 0xb240,
} as const

/** Raw blocks have no links. */
export function isLeaf(cid: Pick<CID, 'code'>): boolean {
  return cid.code === codecs.raw
}

/** Whether a CID carries its content in itself: it has no block. */
export function isInline(cid: CID): boolean {
  return cid.multihash.code === hashes.identity
}

/** The content that an identity CID carries in itself. */
export function identityBytes(cid: CID): Uint8Array | undefined {
  return isInline(cid) ? cid.multihash.digest : undefined
}

/** A multicodec number in words for a person. */
export function codeName(code: number): string {
  const hex = `0x${code.toString(16)}`
  const name = names.get(code)
  return name === undefined ? hex : `${name} (${hex})`
}

/** Those that people meet; the multicodec table has all. */
const names: ReadonlyMap<number, string> = new Map([
  [codecs.raw, 'raw'], [codecs.dagPb, 'dag-pb'], [codecs.dagCbor, 'dag-cbor'], [codecs.dagJson, 'dag-json'],
  [codecs.cbor, 'cbor'], [codecs.json, 'json'], [0x72, 'libp2p-key'], [0x78, 'git-raw'], [0x85, 'dag-jose'], [0x0202, 'car'],
  [hashes.identity, 'identity'], [hashes.sha256, 'sha2-256'], [hashes.sha512, 'sha2-512'], [hashes.blake3, 'blake3'], [0x11, 'sha1'], [0x1b, 'keccak-256'],
  [hashes.sha3_224, 'sha3-224'], [hashes.sha3_256, 'sha3-256'], [hashes.sha3_384, 'sha3-384'], [hashes.sha3_512, 'sha3-512'],
  [0xb220, 'blake2b-256'], [hashes.blake2b512, 'blake2b-512'],
])
