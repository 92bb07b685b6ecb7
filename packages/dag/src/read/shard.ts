import type { CID } from 'multiformats/cid'
import { DagError, malformed } from '../fault.ts'
import { scanNode, type LinkView } from '../pb/node.ts'
import { decodeUnixfs, shardHash, unixfsType } from '../pb/unixfs-data.ts'
import { prefixLength } from '../unixfs/hamt.ts'

/** boxo's bound; each level of a wider shard would be a block too large to exchange. */
const maxFanout = 1024

/**
 * Slots of a HAMT shard; 0 for a flat directory.
 * @throws DagError INVALID_REQUEST when the block is not a UnixFS directory
 */
export function directoryFanout(bytes: Uint8Array): number {
  let links = 0
  const data = scanNode(bytes, () => links++)
  if (data === undefined) throw malformed('the node has no UnixFS data')
  const { type, fanout = 0, hashType } = decodeUnixfs(data)
  if (type === unixfsType.directory) return 0
  if (type !== unixfsType.shard) throw malformed('the node is not a directory')
  if (hashType !== shardHash) throw malformed(`shards with hash function ${hashType} are not known`)
  if (fanout < 8 || fanout > maxFanout || (fanout & (fanout - 1)) !== 0) throw malformed(`a shard cannot have ${fanout} slots`)
  if (links > fanout) throw malformed(`a shard of ${fanout} slots has ${links} links`)
  return fanout
}

/** A link of a shard leads to a deeper shard when its name is the slot number alone. */
export function isDeeperShard(link: LinkView, fanout: number): boolean {
  const length = link.nameEnd - link.nameAt
  if (length < prefixLength(fanout)) throw malformed('a link in a shard has no slot number')
  return length === prefixLength(fanout)
}

/** @throws DagError DAG_LIMIT when a name's 64-bit hash cannot reach this depth */
export function checkShardDepth(cid: CID, depth: number, fanout: number): void {
  const limit = Math.floor(64 / Math.log2(fanout))
  if (depth < limit) return
  throw new DagError('DAG_LIMIT', { reason: `the sharded directory is deeper than ${limit} levels`, cid: cid.toString(), limit })
}
