import { canonicalCid, isLeaf, linksToFollow } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { Metering } from './metering.ts'

/** Blocks of which it is remembered below what root they were asked for: peers ask for a root first, and then for what it links to. */
const maxBlocks = 100_000
/** Links of one block that are remembered. */
const maxLinks = 1_000

/** Counts blocks that peers were given. What is no root, and below none that was given lately, is charged to nobody. */
export function countServedBlocks(metering: Pick<Metering, 'count'>): (cid: CID, bytes: Uint8Array) => void {
  /** The oldest first. */
  const roots = new Map<string, string>()

  function remember(block: string, root: string): void {
    roots.delete(block)
    if (roots.size >= maxBlocks) roots.delete(roots.keys().next().value!)
    roots.set(block, root)
  }

  return (cid, bytes) => {
    const own = keyOf(cid)
    const root = roots.get(own) ?? canonicalCid(cid)
    for (const link of linksOf(cid, bytes)) remember(keyOf(link), root)
    metering.count({ kind: 'bitswap', bytes: bytes.length, root })
  }
}

function linksOf(cid: CID, bytes: Uint8Array): CID[] {
  try {
    return isLeaf(cid) ? [] : linksToFollow(cid, bytes).slice(0, maxLinks)
  } catch {
    // Blocks are given away also where nobody here can read them.
    return []
  }
}

function keyOf({ multihash: { bytes } }: CID): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
