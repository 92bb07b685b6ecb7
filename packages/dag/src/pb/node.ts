import type { CID } from 'multiformats/cid'
import { checkLink, decodeCid } from '../cid/bytes.ts'
import { malformed } from '../fault.ts'
import { utf8Length, writeUtf8 } from '../utf8.ts'
import { varintLength, writeVarint } from '../varint.ts'
import { Fields } from './fields.ts'

/** A link to be encoded: its name well-formed Unicode, `tsize` the cumulative bytes of the DAG under it. */
export interface NodeLink {
  name: string
  cid: CID
  tsize: number
}

/**
 * Where the fields of one link lie in its block. One object serves all links of a scan: it is only good inside the
 * visitor, and nothing is decoded that the visitor does not ask for.
 */
export interface LinkView {
  bytes: Uint8Array
  cidAt: number
  cidEnd: number
  nameAt: number
  nameEnd: number
  tsize: number
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true }) // a byte order mark is part of a name

/**
 * Visits every link in the order of the block; returns the Data field. Without a visitor links are stepped over.
 * @throws DagError INVALID_REQUEST when the bytes are not dag-pb
 */
export function scanNode(bytes: Uint8Array, visit?: (link: LinkView) => void): Uint8Array | undefined {
  let data: Uint8Array | undefined
  const link: LinkView = { bytes, cidAt: 0, cidEnd: 0, nameAt: 0, nameEnd: 0, tsize: 0 }
  const inner = new Fields(bytes)
  const fields = new Fields(bytes)
  while (fields.next()) {
    if (fields.field === 1) {
      if (data !== undefined) throw malformed('a dag-pb node has two Data fields')
      data = fields.slice()
    } else if (fields.field === 2) {
      fields.range()
      if (visit === undefined) continue
      readLink(inner.within(fields.start, fields.stop), link)
      visit(link)
    } else {
      throw malformed(`dag-pb has no node field ${fields.field}`)
    }
  }
  return data
}

export function linkName({ bytes, nameAt, nameEnd }: LinkView, skip = 0): string {
  return nameAt + skip >= nameEnd ? '' : utf8.decode(bytes.subarray(nameAt + skip, nameEnd))
}

/** @throws DagError INVALID_REQUEST */
export function linkCid({ bytes, cidAt, cidEnd }: LinkView): CID {
  checkLink(bytes, cidAt, cidEnd)
  return decodeCid(bytes, cidAt, cidEnd)
}

/** The canonical form: links, in the order given, before data (dag-pb specification, "Serialization Format"). */
export function encodeNode(links: readonly NodeLink[], data: Uint8Array): Uint8Array {
  const bodies = links.map(linkLength)
  let total = fieldLength(data.length)
  for (const length of bodies) total += fieldLength(length)
  const bytes = new Uint8Array(total)
  let at = 0
  for (let i = 0; i < links.length; i++) {
    bytes[at] = 0x12
    at = writeLink(bytes, writeVarint(bytes, at + 1, bodies[i]!), links[i]!)
  }
  bytes[at] = 0x0a
  bytes.set(data, writeVarint(bytes, at + 1, data.length))
  return bytes
}

/** Bytes that a link adds to an encoded node. */
export function encodedLinkLength(link: NodeLink): number {
  return fieldLength(linkLength(link))
}

/** Bytes of a length-delimited field with a one-byte key. */
export function fieldLength(length: number): number {
  return 1 + varintLength(length) + length
}

function linkLength({ name, cid, tsize }: NodeLink): number {
  return fieldLength(cid.bytes.length) + fieldLength(utf8Length(name)) + 1 + varintLength(tsize)
}

function writeLink(bytes: Uint8Array, at: number, { name, cid, tsize }: NodeLink): number {
  bytes[at] = 0x0a
  at = writeVarint(bytes, at + 1, cid.bytes.length)
  bytes.set(cid.bytes, at)
  at += cid.bytes.length
  bytes[at] = 0x12
  const nameLength = utf8Length(name)
  at = writeVarint(bytes, at + 1, nameLength)
  writeUtf8(bytes, at, name, nameLength)
  at += nameLength
  bytes[at] = 0x18
  return writeVarint(bytes, at + 1, tsize)
}

function readLink(fields: Fields, link: LinkView): void {
  link.cidAt = link.cidEnd = link.nameAt = link.nameEnd = link.tsize = 0
  while (fields.next()) {
    if (fields.field === 1) {
      fields.range()
      link.cidAt = fields.start
      link.cidEnd = fields.stop
    } else if (fields.field === 2) {
      fields.range()
      link.nameAt = fields.start
      link.nameEnd = fields.stop
    } else if (fields.field === 3) {
      link.tsize = fields.varint()
    } else {
      throw malformed(`dag-pb has no link field ${fields.field}`)
    }
  }
  if (link.cidEnd === 0) throw malformed('a dag-pb link has no CID')
}
