/**
 * One Bitswap 1.2.0 message. Field numbers are those of
 * https://specs.ipfs.tech/bitswap-protocol/#bitswap-1-2-0-wire-format
 */
export interface Message {
  wants: WantEntry[]
  /** The wants replace everything that the peer wanted before. */
  full: boolean
  blocks: WireBlock[]
  presences: Presence[]
}

export interface WantEntry {
  cid: Uint8Array
  cancel: boolean
  /** Only asks whether the block is there. */
  have: boolean
  sendDontHave: boolean
}

/** The prefix is a CID without its digest: version, codec, hash code, digest length. */
export interface WireBlock {
  prefix: Uint8Array
  data: Uint8Array
}

export interface Presence {
  cid: Uint8Array
  have: boolean
}

export const PROTOCOL = '/ipfs/bitswap/1.2.0'

/** Bytes of the largest message that peers send and accept (Kubo: 4 MiB), with room for its envelope. */
export const MAX_MESSAGE = (4 << 20) + 65_536

/** Entries of one kind that are read of a message; what is beyond is passed over, since nobody has so much to say. */
export const MAX_ENTRIES = 8192

export const tags = {
  wantlist: 0x0a, entry: 0x0a, full: 0x10,
  entryCid: 0x0a, priority: 0x10, cancel: 0x18, wantType: 0x20, sendDontHave: 0x28,
  payload: 0x1a, prefix: 0x0a, data: 0x12,
  presence: 0x22, presenceCid: 0x0a, presenceType: 0x10,
} as const

/** Values of `wantType` and `presenceType`. */
export const WANT_HAVE = 1
export const DONT_HAVE = 1
