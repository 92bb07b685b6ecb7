import type { CID } from 'multiformats/cid'

/** Multicodec numbers of the codecs that Thole stores. */
export const codecs = { raw: 0x55, dagPb: 0x70, dagCbor: 0x71, dagJson: 0x0129 } as const

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
export function isLeaf(cid: CID): boolean {
  return cid.code === codecs.raw
}

/** The content that an identity CID carries in itself. */
export function identityBytes(cid: CID): Uint8Array | undefined {
  return cid.multihash.code === hashes.identity ? cid.multihash.digest : undefined
}

export function codeName(table: Readonly<Record<string, number>>, code: number): string {
  const hex = `0x${code.toString(16)}`
  const name = Object.keys(table).find((key) => table[key] === code)
  return name === undefined ? hex : `${name} (${hex})`
}
