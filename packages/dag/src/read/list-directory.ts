import type { CID } from 'multiformats/cid'
import type { BlockSource } from '../block.ts'
import { malformed } from '../fault.ts'
import { namingBlock } from '../links.ts'
import { linkCid, linkName, scanNode } from '../pb/node.ts'
import { prefixLength } from '../unixfs/hamt.ts'
import { getBytes, type Entry } from './entry.ts'
import { checkShardDepth, directoryFanout, isDeeperShard } from './shard.ts'

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

/** An entry; or, without a name, a deeper shard. */
interface Item extends Omit<ListedLink, 'name'> {
  name: string | undefined
}

interface Level {
  items: Item[]
  at: number
  fanout: number
}

/**
 * The entries of a directory in stored order: by name when flat, by hash when sharded. Children are not read.
 * @throws what the source throws; DagError INVALID_REQUEST, DAG_LIMIT; the signal's reason
 */
export async function* listDirectory(source: BlockSource, entry: Entry, options: ListOptions = {}): AsyncGenerator<ListedLink, void> {
  const { signal } = options
  let left = options.limit ?? Infinity
  const levels = [levelOf(entry.cid, entry.bytes, left)]
  for (let level = levels.at(-1); level !== undefined && left > 0; level = levels.at(-1)) {
    const item = level.items[level.at++]
    if (item === undefined) {
      levels.pop()
    } else if (item.name === undefined) {
      checkShardDepth(item.cid, levels.length, level.fanout)
      levels.push(levelOf(item.cid, await getBytes(source, item.cid, { signal }), left, level.fanout))
    } else {
      left--
      yield item as ListedLink
    }
  }
}

/** Of a flat directory no more entries than `most` are kept; a shard has no more than slots. */
function levelOf(cid: CID, bytes: Uint8Array, most: number, parentFanout?: number): Level {
  return namingBlock(cid, () => {
    const fanout = directoryFanout(bytes)
    if (parentFanout !== undefined && fanout !== parentFanout) throw malformed(`a shard of ${parentFanout} slots leads to one of ${fanout}`)
    const prefix = fanout > 0 ? prefixLength(fanout) : 0
    const items: Item[] = []
    scanNode(bytes, (link) => {
      if (fanout === 0 && items.length >= most) return
      const name = fanout > 0 && isDeeperShard(link, fanout) ? undefined : linkName(link, prefix)
      items.push({ name, cid: linkCid(link), tsize: link.tsize })
    })
    return { items, at: 0, fanout }
  })
}
