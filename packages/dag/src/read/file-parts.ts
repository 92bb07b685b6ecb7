import type { CID } from 'multiformats/cid'
import { codecs } from '../cid/codecs.ts'
import { DagError, malformed } from '../fault.ts'
import { namingBlock } from '../links.ts'
import { linkCid, scanNode } from '../pb/node.ts'
import { decodeUnixfs, unixfsType } from '../pb/unixfs-data.ts'

/** Content that a file node carries itself, then that of its children; offsets are those of the whole file. */
export interface FilePart {
  own: Uint8Array
  /** Those of the children that have content in the range. */
  links: { cid: CID; start: number; end: number }[]
  end: number
}

export interface PartRange {
  from?: number
  to?: number
}

/** More links than this to blocks of their own do not fit in a block of 2 MiB; Kubo's widest nodes have 8192. */
const maxChildren = 65_536

const nothing = new Uint8Array()

/**
 * Splits a dag-pb file node whose content begins at `start`. The CIDs of children beside the range, of which there may be thousands, are not
 * looked at.
 * @throws DagError INVALID_REQUEST when it is no file node or its sizes contradict each other, DAG_LIMIT
 */
export function fileParts(cid: CID, bytes: Uint8Array, start: number, { from = 0, to = Infinity }: PartRange = {}): FilePart {
  return namingBlock(cid, () => {
    if (cid.code !== codecs.dagPb) throw malformed('a file consists of raw and dag-pb blocks')
    const data = scanNode(bytes)
    if (data === undefined) throw malformed('the node has no UnixFS data')
    const unixfs = decodeUnixfs(data)
    if (unixfs.type !== unixfsType.file && unixfs.type !== unixfsType.raw) throw malformed('the node is not part of a file')
    const { data: own = nothing, blockSizes } = unixfs
    if (blockSizes.length > maxChildren) {
      throw new DagError('DAG_LIMIT', { reason: `a file node has more than ${maxChildren} children`, cid: cid.toString(), limit: maxChildren })
    }
    const links: FilePart['links'] = []
    let end = start + own.length
    let children = 0
    scanNode(bytes, (link) => {
      const size = blockSizes[children++]
      if (size === undefined) throw malformed(`the node has more links than its ${blockSizes.length} block sizes`)
      const begin = end
      end += size
      if (size > 0 && begin < to && end > from) links.push({ cid: linkCid(link), start: begin, end })
    })
    if (children < blockSizes.length) throw malformed(`the node has ${children} links and ${blockSizes.length} block sizes`)
    return { own, links, end }
  })
}
