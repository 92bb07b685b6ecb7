import type { CID } from 'multiformats/cid'
import type { BlockSource } from '../block.ts'
import { malformed } from '../fault.ts'
import { namingBlock } from '../links.ts'
import { linkCid, scanNode, type LinkView } from '../pb/node.ts'
import { nameHash, slotAt, slotPrefix } from '../unixfs/hamt.ts'
import { getBytes, type Entry, type GetOptions } from './entry.ts'
import { checkShardDepth, directoryFanout } from './shard.ts'

const utf8 = new TextEncoder()
const noPrefix = new Uint8Array()

/**
 * The CID that a directory has under a name, reading one shard a level; undefined when it has none.
 * @throws what the source throws; DagError INVALID_REQUEST, DAG_LIMIT
 */
export async function findEntry(source: BlockSource, directory: Entry, name: string, options: GetOptions): Promise<CID | undefined> {
  const wanted = utf8.encode(name)
  let found = findIn(directory.cid, directory.bytes, wanted, 0)
  for (let depth = 1; found.deeper !== undefined; depth++) {
    found = findIn(found.deeper, await getBytes(source, found.deeper, options), wanted, depth)
  }
  return found.entry
}

interface Found {
  entry?: CID
  /** The shard to go on in. */
  deeper?: CID
}

function findIn(cid: CID, bytes: Uint8Array, name: Uint8Array, depth: number): Found {
  return namingBlock(cid, () => {
    const fanout = directoryFanout(bytes)
    if (fanout === 0) {
      if (depth > 0) throw malformed('a shard leads to a flat directory')
      return { entry: cidOf(bytes, noPrefix, name) }
    }
    checkShardDepth(cid, depth, fanout)
    const prefix = utf8.encode(slotPrefix(slotAt(nameHash(name), depth, fanout), fanout))
    const deeper = cidOf(bytes, noPrefix, prefix)
    return deeper === undefined ? { entry: cidOf(bytes, prefix, name) } : { deeper }
  })
}

/** The CID of the first link whose name is `prefix` and `name` together; only that one is decoded. */
function cidOf(bytes: Uint8Array, prefix: Uint8Array, name: Uint8Array): CID | undefined {
  let cid: CID | undefined
  scanNode(bytes, (link) => {
    if (cid === undefined && isNamed(link, prefix, name)) cid = linkCid(link)
  })
  return cid
}

function isNamed({ bytes, nameAt, nameEnd }: LinkView, prefix: Uint8Array, name: Uint8Array): boolean {
  if (nameEnd - nameAt !== prefix.length + name.length) return false
  return holds(bytes, nameAt, prefix) && holds(bytes, nameAt + prefix.length, name)
}

function holds(bytes: Uint8Array, at: number, part: Uint8Array): boolean {
  for (let i = 0; i < part.length; i++) {
    if (bytes[at + i] !== part[i]) return false
  }
  return true
}
