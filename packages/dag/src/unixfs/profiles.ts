export type ProfileName = 'unixfs-v1-2025' | 'unixfs-v0-2015' | 'web3-storage' | 'nft-storage'

/**
 * When a directory becomes a HAMT: its size in bytes exceeds a limit, counted as its encoded block or as the sum of
 * its names and CIDs; or it has so many entries.
 */
export type ShardRule =
  | { readonly by: 'block' | 'links'; readonly overBytes: number }
  | { readonly by: 'entries'; readonly from: number }

/** Everything that decides which CID given bytes get. */
export interface Profile {
  readonly name: ProfileName
  readonly cidVersion: 0 | 1
  readonly rawLeaves: boolean
  /** Bytes of a leaf. */
  readonly chunkBytes: number
  /** Most links of a file node. */
  readonly width: number
  /** Most links of a HAMT shard. */
  readonly fanout: 256
  readonly shard: ShardRule
}

const modern = { cidVersion: 1, rawLeaves: true, fanout: 256 } as const
const kib = 1024

/** The first two are IPIP-0499's; the others give the CIDs that the classic services gave. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  'unixfs-v1-2025': { ...modern, name: 'unixfs-v1-2025', chunkBytes: 1024 * kib, width: 1024, shard: { by: 'block', overBytes: 256 * kib } },
  'unixfs-v0-2015': {
    name: 'unixfs-v0-2015', cidVersion: 0, rawLeaves: false, fanout: 256, chunkBytes: 256 * kib, width: 174, shard: { by: 'links', overBytes: 256 * kib },
  },
  'web3-storage': { ...modern, name: 'web3-storage', chunkBytes: 1024 * kib, width: 1024, shard: { by: 'entries', from: 1000 } },
  'nft-storage': { ...modern, name: 'nft-storage', chunkBytes: 256 * kib, width: 174, shard: { by: 'entries', from: 1000 } },
}
