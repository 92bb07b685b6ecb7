import type { CID } from 'multiformats/cid'
import type { Block } from '../block.ts'
import { DagError } from '../fault.ts'
import { encodedLinkLength, fieldLength, type NodeLink } from '../pb/node.ts'
import { directoryData, encodeShardData } from '../pb/unixfs-data.ts'
import { byUtf8, utf8Length } from '../utf8.ts'
import { nameHash, nameHashBytes, slotPrefix } from './hamt.ts'
import { makeNode } from './make-block.ts'
import type { Profile } from './profiles.ts'

/** A directory whose blocks were given: its root, and the cumulative bytes of its DAG. */
export interface DirectoryRoot {
  cid: CID
  tsize: number
}

/** The hash as two numbers: sorting compares no arrays. */
interface HashedLink extends NodeLink {
  high: number
  low: number
}

const utf8 = new TextEncoder()

/** Links that are worked on without giving anybody else a turn. */
export const stretch = 1000

/**
 * Gives the blocks of one directory, its root last: flat, or a HAMT if the profile's rule says so. `undefined` between them: others may have
 * a turn here.
 */
export function* directoryBlocks(profile: Profile, links: readonly NodeLink[]): Generator<Block | undefined, DirectoryRoot> {
  if (!isSharded(profile, links)) return yield* nodeBlock(profile, links.toSorted((a, b) => byUtf8(a.name, b.name)), directoryData)
  const hashed = yield* inHashOrder(links)
  return yield* shardBlocks(profile, hashed, 0, hashed.length, 0)
}

/** By the first byte of their hashes, then within. */
function* inHashOrder(links: readonly NodeLink[]): Generator<undefined, HashedLink[]> {
  const parts = Array.from({ length: 256 }, (): HashedLink[] => [])
  for (const [i, link] of links.entries()) {
    if (i % stretch === 0) yield
    const hashed = withHash(link)
    parts[slotOf(hashed, 0)]!.push(hashed)
  }
  for (const part of parts) {
    part.sort((a, b) => a.high - b.high || a.low - b.low)
    yield
  }
  return parts.flat()
}

function isSharded({ shard }: Profile, links: readonly NodeLink[]): boolean {
  if (shard.by === 'entries') return links.length >= shard.from
  let bytes = shard.by === 'block' ? fieldLength(directoryData.length) : 0
  for (const link of links) {
    bytes += shard.by === 'block' ? encodedLinkLength(link) : utf8Length(link.name) + link.cid.bytes.length
    if (bytes > shard.overBytes) return true
  }
  return false
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
  const links: NodeLink[] = []
  const bitfield = new Uint8Array(fanout / 8)
  for (let at = from; at < to; ) {
    const slot = slotOf(sorted[at]!, depth)
    let next = at + 1
    while (next < to && slotOf(sorted[next]!, depth) === slot) next++
    bitfield[bitfield.length - 1 - (slot >>> 3)]! |= 1 << (slot & 7)
    const prefix = slotPrefix(slot, fanout)
    if (next === at + 1) {
      const { name, cid, tsize } = sorted[at]!
      links.push({ name: prefix + name, cid, tsize })
    } else {
      const { cid, tsize } = yield* shardBlocks(profile, sorted, at, next, depth + 1)
      links.push({ name: prefix, cid, tsize })
    }
    at = next
  }
  const used = bitfield.subarray(bitfield.findIndex((byte) => byte !== 0)) // big-endian, without leading zeros
  return yield* nodeBlock(profile, links, encodeShardData(used, fanout))
}

function withHash({ name, cid, tsize }: NodeLink): HashedLink {
  const hash = nameHash(utf8.encode(name))
  const view = new DataView(hash.buffer, hash.byteOffset)
  return { name, cid, tsize, high: view.getUint32(0), low: view.getUint32(4) }
}

/** The byte of the hash that is the slot in a shard at `depth`: every profile's fanout is 256. */
function slotOf({ high, low }: HashedLink, depth: number): number {
  return ((depth < 4 ? high : low) >>> (24 - 8 * (depth & 3))) & 0xff
}

function* nodeBlock(profile: Profile, links: readonly NodeLink[], data: Uint8Array): Generator<Block, DirectoryRoot> {
  const block = makeNode(profile.cidVersion, links, data)
  yield block
  let tsize = block.bytes.length
  for (const link of links) tsize += link.tsize
  return { cid: block.cid, tsize }
}
