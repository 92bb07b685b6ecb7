import type { CID } from 'multiformats/cid'
import type { Block } from '../block.ts'
import { DagError } from '../fault.ts'
import { encodedLinkLength, fieldLength, type RawLink } from '../pb/node.ts'
import { directoryData, encodeShardData } from '../pb/unixfs-data.ts'
import { nameHash, nameHashBytes, slotAt, slotPrefix } from './hamt.ts'
import { makeNode } from './make-block.ts'
import type { Profile } from './profiles.ts'

/** A directory whose blocks were given: its root, and the cumulative bytes of its DAG. */
export interface DirectoryRoot {
  cid: CID
  tsize: number
}

interface HashedLink {
  link: RawLink
  hash: Uint8Array
}

const utf8 = new TextEncoder()

/**
 * Gives the blocks of one directory, its root last: flat, or a HAMT if the profile's rule says so.
 * `links` must be sorted by the bytes of their names.
 */
export function* directoryBlocks(profile: Profile, links: readonly RawLink[]): Generator<Block, DirectoryRoot> {
  if (!isSharded(profile, links)) return yield* nodeBlock(profile, links, directoryData)
  const hashed = links.map((link) => ({ link, hash: nameHash(link.name) }))
  return yield* shardBlocks(profile, hashed, 0)
}

function isSharded({ shard }: Profile, links: readonly RawLink[]): boolean {
  if (shard.by === 'entries') return links.length >= shard.from
  let bytes = shard.by === 'block' ? fieldLength(directoryData.length) : 0
  for (const link of links) {
    bytes += shard.by === 'block' ? encodedLinkLength(link) : link.name.length + link.cid.bytes.length
  }
  return bytes > shard.overBytes
}

/** UnixFS specification, "HAMT Directory": one link per used slot, to the entry or to a deeper shard. */
function* shardBlocks(profile: Profile, entries: readonly HashedLink[], depth: number): Generator<Block, DirectoryRoot> {
  const { fanout } = profile
  if (depth === nameHashBytes) {
    throw new DagError('INVALID_REQUEST', { reason: 'two names in one large directory have the same hash; rename one of them' })
  }
  const slots = Array.from({ length: fanout }, (): HashedLink[] => [])
  for (const entry of entries) slots[slotAt(entry.hash, depth, fanout)]!.push(entry)
  const links: RawLink[] = []
  const bitfield = new Uint8Array(fanout / 8)
  for (const [slot, inSlot] of slots.entries()) {
    if (inSlot.length === 0) continue
    bitfield[bitfield.length - 1 - (slot >>> 3)]! |= 1 << (slot & 7)
    const prefix = utf8.encode(slotPrefix(slot, fanout))
    links.push(
      inSlot.length === 1
        ? { ...inSlot[0]!.link, name: join(prefix, inSlot[0]!.link.name) }
        : { ...(yield* shardBlocks(profile, inSlot, depth + 1)), name: prefix },
    )
  }
  const used = bitfield.subarray(bitfield.findIndex((byte) => byte !== 0)) // big-endian, without leading zeros
  return yield* nodeBlock(profile, links, encodeShardData(used, fanout))
}

function* nodeBlock(profile: Profile, links: readonly RawLink[], data: Uint8Array): Generator<Block, DirectoryRoot> {
  const block = makeNode(profile.cidVersion, links, data)
  yield block
  let tsize = block.bytes.length
  for (const link of links) tsize += link.tsize
  return { cid: block.cid, tsize }
}

function join(prefix: Uint8Array, name: Uint8Array): Uint8Array {
  const joined = new Uint8Array(prefix.length + name.length)
  joined.set(prefix)
  joined.set(name, prefix.length)
  return joined
}
