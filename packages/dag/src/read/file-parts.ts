import type { CID } from 'multiformats/cid'
import { codecs } from '../cid/codecs.ts'
import { malformed } from '../fault.ts'
import { namingBlock } from '../links.ts'
import { linkedCids, scanNode } from '../pb/node.ts'
import { decodeUnixfs, unixfsType } from '../pb/unixfs-data.ts'

/** Content that a file node carries itself, then that of its children; offsets are those of the whole file. */
export interface FilePart {
  own: Uint8Array
  links: { cid: CID; start: number; end: number }[]
  end: number
}

const nothing = new Uint8Array()

/**
 * Splits a dag-pb file node whose content begins at `start`.
 * @throws DagError INVALID_REQUEST when it is no file node or its sizes contradict each other
 */
export function fileParts(cid: CID, bytes: Uint8Array, start: number): FilePart {
  return namingBlock(cid, () => {
    if (cid.code !== codecs.dagPb) throw malformed('a file consists of raw and dag-pb blocks')
    const data = scanNode(bytes)
    if (data === undefined) throw malformed('the node has no UnixFS data')
    const unixfs = decodeUnixfs(data)
    if (unixfs.type !== unixfsType.file && unixfs.type !== unixfsType.raw) throw malformed('the node is not part of a file')
    const cids = linkedCids(bytes)
    if (cids.length !== unixfs.blockSizes.length) {
      throw malformed(`the node has ${cids.length} links and ${unixfs.blockSizes.length} block sizes`)
    }
    const own = unixfs.data ?? nothing
    let end = start + own.length
    const links = cids.map((child, i) => ({ cid: child, start: end, end: (end += unixfs.blockSizes[i]!) }))
    return { own, links, end }
  })
}
