import type { CID } from 'multiformats/cid'
import type { BlockSource } from '../block.ts'
import { prefixLength } from '../unixfs/hamt.ts'
import { getBytes, type Entry } from './entry.ts'
import { checkShardDepth, decodeDirectory, isDeeperShard, type DirectoryNode } from './shard.ts'

export interface ListedLink {
  name: string
  cid: CID
  /** Cumulative DAG bytes as the directory's writer claimed. */
  tsize: number
}

export interface ListOptions {
  /** Entries to stop after; default all. */
  limit?: number
  signal?: AbortSignal
}

const utf8 = new TextDecoder()

/**
 * The entries of a directory in stored order: by name when flat, by hash when sharded. Children are not read.
 * @throws what the source throws; DagError INVALID_REQUEST, DAG_LIMIT; the signal's reason
 */
export async function* listDirectory(source: BlockSource, entry: Entry, options: ListOptions = {}): AsyncGenerator<ListedLink, void> {
  let left = options.limit ?? Infinity
  const levels = [{ node: decodeDirectory(entry.cid, entry.bytes), at: 0 }]
  for (let level = levels.at(-1); level !== undefined && left > 0; level = levels.at(-1)) {
    const { node } = level
    const link = node.links[level.at++]
    if (link === undefined) {
      levels.pop()
    } else if (node.fanout > 0 && isDeeperShard(link, node.fanout)) {
      checkShardDepth(link.cid, levels.length, node.fanout)
      levels.push({ node: await openShard(source, link.cid, options), at: 0 })
    } else {
      left--
      yield { name: entryName(link.name, node), cid: link.cid, tsize: link.tsize }
    }
  }
}

async function openShard(source: BlockSource, cid: CID, { signal }: ListOptions): Promise<DirectoryNode> {
  return decodeDirectory(cid, await getBytes(source, cid, { signal }))
}

function entryName(name: Uint8Array, { fanout }: DirectoryNode): string {
  return utf8.decode(fanout > 0 ? name.subarray(prefixLength(fanout)) : name)
}
