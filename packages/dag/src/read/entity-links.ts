import type { CID } from 'multiformats/cid'
import { codecs } from '../cid/codecs.ts'
import { namingBlock } from '../links.ts'
import { linkCid, scanNode } from '../pb/node.ts'
import { decodeUnixfs, unixfsType } from '../pb/unixfs-data.ts'
import { fileParts, type PartRange } from './file-parts.ts'
import { directoryFanout, isDeeperShard } from './shard.ts'

/** `start`: where the content below the link begins in its file; 0 elsewhere. */
export interface EntityLink {
  cid: CID
  start: number
}

/**
 * The blocks right below this one that are needed to read its entity (IPIP-0402): of a file those with content in the range, which begins
 * to count where the file does; of a sharded directory its deeper shards; nothing of anything else.
 * @throws DagError INVALID_REQUEST, DAG_LIMIT
 */
export function entityLinks(cid: CID, bytes: Uint8Array, start: number, range: PartRange = {}): readonly EntityLink[] {
  if (cid.code !== codecs.dagPb) return []
  const type = unixfsTypeOf(cid, bytes)
  if (type === unixfsType.file || type === unixfsType.raw) return fileParts(cid, bytes, start, range).links
  return type === unixfsType.shard ? deeperShards(cid, bytes) : []
}

/** undefined where a node has data that is not UnixFS. */
function unixfsTypeOf(cid: CID, bytes: Uint8Array): number | undefined {
  const data = namingBlock(cid, () => scanNode(bytes))
  if (data === undefined) return undefined
  try {
    return decodeUnixfs(data).type
  } catch {
    return undefined
  }
}

function deeperShards(cid: CID, bytes: Uint8Array): EntityLink[] {
  return namingBlock(cid, () => {
    const fanout = directoryFanout(bytes)
    const found: EntityLink[] = []
    scanNode(bytes, (link) => {
      if (isDeeperShard(link, fanout)) found.push({ cid: linkCid(link), start: 0 })
    })
    return found
  })
}
