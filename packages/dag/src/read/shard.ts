import type { CID } from 'multiformats/cid'
import { DagError, malformed } from '../fault.ts'
import { namingBlock } from '../links.ts'
import { scanNode, type RawLink } from '../pb/node.ts'
import { decodeUnixfs, shardHash, unixfsType } from '../pb/unixfs-data.ts'
import { prefixLength } from '../unixfs/hamt.ts'

export interface DirectoryNode {
  links: RawLink[]
  /** Slots of a HAMT shard; 0 for a flat directory. */
  fanout: number
}

/** boxo's bound; each level of a wider shard would be a block too large to exchange. */
const maxFanout = 1024

/** @throws DagError INVALID_REQUEST when the block is not a UnixFS directory */
export function decodeDirectory(cid: CID, bytes: Uint8Array): DirectoryNode {
  return namingBlock(cid, () => {
    const links: RawLink[] = []
    const data = scanNode(bytes, (link) => links.push(link))
    if (data === undefined) throw malformed('the node has no UnixFS data')
    const unixfs = decodeUnixfs(data)
    if (unixfs.type === unixfsType.directory) return { links, fanout: 0 }
    if (unixfs.type !== unixfsType.shard) throw malformed('the node is not a directory')
    const { fanout = 0, hashType } = unixfs
    if (hashType !== shardHash) throw malformed(`shards with hash function ${hashType} are not known`)
    if (fanout < 8 || fanout > maxFanout || (fanout & (fanout - 1)) !== 0) throw malformed(`a shard cannot have ${fanout} slots`)
    const prefix = prefixLength(fanout)
    if (links.some((link) => link.name.length < prefix)) throw malformed('a link in a shard has no slot number')
    return { links, fanout }
  })
}

/** A link of a shard leads to a deeper shard when its name is the slot number alone. */
export function isDeeperShard(link: RawLink, fanout: number): boolean {
  return link.name.length === prefixLength(fanout)
}

/** @throws DagError DAG_LIMIT when a name's 64-bit hash cannot reach this depth */
export function checkShardDepth(cid: CID, depth: number, fanout: number): void {
  const limit = Math.floor(64 / Math.log2(fanout))
  if (depth < limit) return
  throw new DagError('DAG_LIMIT', { reason: `the sharded directory is deeper than ${limit} levels`, cid: cid.toString(), limit })
}
