import type { CID } from 'multiformats/cid'
import type { BlockSource } from '../block.ts'
import { malformed } from '../fault.ts'
import type { RawLink } from '../pb/node.ts'
import { nameHash, slotAt, slotPrefix } from '../unixfs/hamt.ts'
import { getBytes, type Entry, type GetOptions } from './entry.ts'
import { checkShardDepth, decodeDirectory, isDeeperShard } from './shard.ts'

const utf8 = new TextEncoder()

/**
 * The CID that a directory has under a name, reading one shard a level; undefined when it has none.
 * @throws what the source throws; DagError INVALID_REQUEST, DAG_LIMIT
 */
export async function findEntry(source: BlockSource, directory: Entry, name: string, options: GetOptions): Promise<CID | undefined> {
  const wanted = utf8.encode(name)
  let { cid, bytes } = directory
  let hash: Uint8Array | undefined
  for (let depth = 0; ; depth++) {
    const { links, fanout } = decodeDirectory(cid, bytes)
    if (fanout === 0) {
      if (depth > 0) throw malformed('a shard leads to a flat directory')
      return withName(links, wanted)?.cid
    }
    checkShardDepth(cid, depth, fanout)
    hash ??= nameHash(wanted)
    const prefix = utf8.encode(slotPrefix(slotAt(hash, depth, fanout), fanout))
    const deeper = withName(links, prefix)
    if (deeper === undefined || !isDeeperShard(deeper, fanout)) return withName(links, wanted, prefix)?.cid
    cid = deeper.cid
    bytes = await getBytes(source, cid, options)
  }
}

/** The link whose name is `prefix` and `name` together. */
function withName(links: readonly RawLink[], name: Uint8Array, prefix?: Uint8Array): RawLink | undefined {
  const skip = prefix?.length ?? 0
  return links.find((link) => {
    if (link.name.length !== skip + name.length) return false
    for (let i = 0; i < skip; i++) if (link.name[i] !== prefix![i]) return false
    for (let i = 0; i < name.length; i++) if (link.name[skip + i] !== name[i]) return false
    return true
  })
}
