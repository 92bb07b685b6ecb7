import type { CID } from 'multiformats/cid'
import { codecs } from '../cid/codecs.ts'
import { decodeValue, linksInValue, links, namingBlock } from '../links.ts'
import { linkCid, linkName, scanNode } from '../pb/node.ts'

/**
 * The links of a block with the path of each inside it: a dag-pb link's name, or its index where it has none; the keys
 * that lead to it in dag-cbor and dag-json.
 */
export function namedLinks(cid: CID, bytes: Uint8Array): [cid: CID, path: string][] {
  if (cid.code === codecs.dagPb) return namingBlock(cid, () => namedPbLinks(bytes))
  if (cid.code === codecs.dagCbor || cid.code === codecs.dagJson) return [...linksInValue(decodeValue(cid, bytes))]
  return links(cid, bytes).map((link, i) => [link, String(i)])
}

function namedPbLinks(bytes: Uint8Array): [CID, string][] {
  const named: [CID, string][] = []
  scanNode(bytes, (link) => {
    named.push([linkCid(link), linkName(link) || String(named.length)])
  })
  return named
}
