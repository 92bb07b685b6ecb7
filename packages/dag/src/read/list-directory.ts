import type { CID } from 'multiformats/cid'
import type { BlockSource } from '../block.ts'
import { checkLink, decodeCid } from '../cid/bytes.ts'
import { DagError, malformed } from '../fault.ts'
import { namingBlock } from '../links.ts'
import { linkName, scanNode } from '../pb/node.ts'
import { prefixLength } from '../unixfs/hamt.ts'
import { takeTurns } from '../walk/turns.ts'
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

/** Links of one node, not decoded yet. */
interface Level {
  bytes: Uint8Array
  /** Of each link five numbers: where its CID begins and ends, where its name does, and its size; the name of a deeper shard is empty. */
  links: number[]
  at: number
  fanout: number
}

const stride = 5
/** Shards beyond what entries account for: one that is made for it leads through the same empty ones without end. */
const maxBareShards = 1000

/**
 * The entries of a directory in stored order: by name when flat, by hash when sharded. Children are not read.
 * @throws what the source throws; DagError INVALID_REQUEST, DAG_LIMIT; the signal's reason
 */
export async function* listDirectory(source: BlockSource, entry: Entry, options: ListOptions = {}): AsyncGenerator<ListedLink, void> {
  const { signal } = options
  let left = options.limit ?? Infinity
  const levels = [levelOf(entry.cid, entry.bytes, left)]
  const turn = takeTurns()
  let shards = 0
  let yielded = 0
  for (let level = levels.at(-1); level !== undefined && left > 0; level = levels.at(-1)) {
    if (level.at === level.links.length) {
      levels.pop()
      continue
    }
    const link = nextOf(level)
    if (level.fanout > 0 && link.name === '') {
      checkShardDepth(link.cid, levels.length, level.fanout)
      if (++shards > maxBareShards + 4 * yielded) throw new DagError('DAG_LIMIT', { reason: 'a directory has too many shards for what is in it' })
      await turn()
      signal?.throwIfAborted()
      levels.push(levelOf(link.cid, await getBytes(source, link.cid, { signal }), left, level.fanout))
    } else {
      left--
      yielded++
      yield link
    }
  }
}

/** Of a flat directory no more entries than `most` are kept; a shard has no more than slots. */
function levelOf(cid: CID, bytes: Uint8Array, most: number, parentFanout?: number): Level {
  return namingBlock(cid, () => {
    const fanout = directoryFanout(bytes)
    if (parentFanout !== undefined && fanout !== parentFanout) throw malformed(`a shard of ${parentFanout} slots leads to one of ${fanout}`)
    const prefix = fanout > 0 ? prefixLength(fanout) : 0
    const links: number[] = []
    scanNode(bytes, (link) => {
      if (fanout === 0 && links.length >= most * stride) return
      if (fanout > 0) isDeeperShard(link, fanout)
      const { cidAt, cidEnd, nameAt, nameEnd, tsize } = link
      checkLink(bytes, cidAt, cidEnd)
      links.push(cidAt, cidEnd, nameAt + prefix, nameEnd, tsize)
    })
    return { bytes, links, at: 0, fanout }
  })
}

function nextOf(level: Level): ListedLink {
  const { bytes, links, at } = level
  const [cidAt, cidEnd, nameAt, nameEnd, tsize] = [links[at]!, links[at + 1]!, links[at + 2]!, links[at + 3]!, links[at + 4]!]
  level.at += stride
  return { name: linkName({ bytes, cidAt, cidEnd, nameAt, nameEnd, tsize }), cid: decodeCid(bytes, cidAt, cidEnd), tsize }
}
