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
  const hashed = links.map((link) => ({ link, hash: nameHash(link.name) })).sort(byHash)
  return yield* shardBlocks(profile, hashed, 0, hashed.length, 0)
}

function isSharded({ shard }: Profile, links: readonly RawLink[]): boolean {
  if (shard.by === 'entries') return links.length >= shard.from
  let bytes = shard.by === 'block' ? fieldLength(directoryData.length) : 0
  for (const link of links) {
    bytes += shard.by === 'block' ? encodedLinkLength(link) : link.name.length + link.cid.bytes.length
  }
  return bytes > shard.overBytes
}

/**
 * UnixFS specification, "HAMT Directory": one link for each used slot, to the entry or to a deeper shard.
 * The entries are `sorted[from, to)`; sorted by hash, those of one slot stand side by side.
 */
function* shardBlocks(profile: Profile, sorted: readonly HashedLink[], from: number, to: number, depth: number): Generator<Block, DirectoryRoot> {
  const { fanout } = profile
  if (depth === nameHashBytes) {
    throw new DagError('INVALID_REQUEST', { reason: 'two names in one large directory have the same hash; rename one of them' })
  }
  const links: RawLink[] = []
  const bitfield = new Uint8Array(fanout / 8)
  for (let at = from; at < to; ) {
    const slot = slotAt(sorted[at]!.hash, depth, fanout)
    let next = at + 1
    while (next < to && slotAt(sorted[next]!.hash, depth, fanout) === slot) next++
    bitfield[bitfield.length - 1 - (slot >>> 3)]! |= 1 << (slot & 7)
    const prefix = utf8.encode(slotPrefix(slot, fanout))
    if (next === at + 1) links.push({ ...sorted[at]!.link, name: join(prefix, sorted[at]!.link.name) })
    else links.push({ ...(yield* shardBlocks(profile, sorted, at, next, depth + 1)), name: prefix })
    at = next
  }
  const used = bitfield.subarray(bitfield.findIndex((byte) => byte !== 0)) // big-endian, without leading zeros
  return yield* nodeBlock(profile, links, encodeShardData(used, fanout))
}

function byHash(a: HashedLink, b: HashedLink): number {
  for (let i = 0; i < nameHashBytes; i++) {
    if (a.hash[i] !== b.hash[i]) return a.hash[i]! - b.hash[i]!
  }
  return 0
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
