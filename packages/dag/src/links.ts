import * as dagCbor from '@ipld/dag-cbor'
import * as dagJson from '@ipld/dag-json'
import { CID } from 'multiformats/cid'
import { scanCbor } from './cbor/scan.ts'
import { checkLink, decodeCid, isInlineLeaf } from './cid/bytes.ts'
import { codecs, codeName } from './cid/codecs.ts'
import { DagError } from './fault.ts'
import { joinPath, maxPathLength, nameIn } from './link-path.ts'
import { scanNode } from './pb/node.ts'

export interface ValueLimits {
  /** Values in a dag-cbor block, keys included; default 262,144. */
  maxItems?: number
  /** Bytes of a dag-json block; default 2 MiB. */
  maxJsonBytes?: number
}

/** Codecs whose data model has no links. */
const linkless: ReadonlySet<number> = new Set([codecs.raw, codecs.cbor, codecs.json])

/** Values in one block that is decoded; some 0.05 s. */
const maxItems = 262_144
/** Bytes of one dag-json block, as of any block that peers exchange: one full of small values takes some 0.2 s. */
const maxJsonBytes = 2 << 20

/** A link lies in `bytes[at, end)` and is valid; its path inside the block is made when asked for. */
export type LinkVisitor = (bytes: Uint8Array, at: number, end: number, path: () => string) => void

/**
 * The CIDs that a block links to, in the order they stand in it, repeats included.
 * @throws DagError INVALID_REQUEST when the bytes are not what the codec says, UNSUPPORTED_CODEC, DAG_LIMIT
 */
export function links(cid: CID, bytes: Uint8Array): CID[] {
  const found: CID[] = []
  visitLinks(cid, bytes, (source, at, end) => found.push(decodeCid(source, at, end)))
  return found
}

/**
 * Those of `links` that lead anywhere: without raw identity CIDs, which carry their bytes and of which a block has room
 * for a quarter of a million.
 * @throws DagError as `links` does
 */
export function linksToFollow(cid: CID, bytes: Uint8Array): CID[] {
  const found: CID[] = []
  visitLinks(cid, bytes, (source, at, end) => {
    if (!isInlineLeaf(source, at)) found.push(decodeCid(source, at, end))
  })
  return found
}

/**
 * Visits the links of a block in the order they stand in it. The path of each is a dag-pb link's name, or its index
 * where it has none; the keys that lead to it in dag-cbor and dag-json.
 * @throws DagError INVALID_REQUEST, UNSUPPORTED_CODEC; DAG_LIMIT for a block that is too large to decode
 */
export function visitLinks(cid: CID, bytes: Uint8Array, visit: LinkVisitor, maxPath = maxPathLength): void {
  if (linkless.has(cid.code)) return
  if (cid.code === codecs.dagPb) {
    namingBlock(cid, () => visitPbLinks(bytes, visit, maxPath))
  } else if (cid.code === codecs.dagCbor) {
    const { ordered } = namingBlock(cid, () => scanCbor(bytes, (at, end, path) => visit(bytes, at, end, path), maxPath))
    if (!ordered) decodeValue(cid, bytes) // refuses a key that stands twice
  } else {
    for (const [link, path] of linksInValue(decodeValue(cid, bytes), maxPath)) visit(link.bytes, 0, link.bytes.length, () => path)
  }
}

function visitPbLinks(bytes: Uint8Array, visit: LinkVisitor, maxPath: number): void {
  let index = 0
  scanNode(bytes, ({ cidAt, cidEnd, nameAt, nameEnd }) => {
    checkLink(bytes, cidAt, cidEnd)
    visit(bytes, cidAt, cidEnd, () => joinPath('', nameIn(bytes, nameAt, nameEnd, maxPath), maxPath) || String(index))
    index++
  })
}

/**
 * A dag-cbor or dag-json block as a value; links are CID instances.
 * @throws DagError INVALID_REQUEST, UNSUPPORTED_CODEC, DAG_LIMIT
 */
export function decodeValue(cid: CID, bytes: Uint8Array, limits: ValueLimits = {}): unknown {
  if (cid.code === codecs.dagCbor) {
    const limit = limits.maxItems ?? maxItems
    if (namingBlock(cid, () => scanCbor(bytes)).items > limit) throw beyond(cid, `${limit} values`, limit)
    return namingBlock(cid, () => dagCbor.decode(bytes))
  }
  if (cid.code === codecs.dagJson) {
    const limit = limits.maxJsonBytes ?? maxJsonBytes
    if (bytes.length > limit) throw beyond(cid, `${limit} bytes of dag-json`, limit)
    return namingBlock(cid, () => dagJson.decode(bytes))
  }
  throw new DagError('UNSUPPORTED_CODEC', { reason: `blocks of codec ${codeName(cid.code)} cannot be read`, cid: cid.toString() })
}

/** Every link in a value with its path; iterative, since users choose how deep values nest. */
export function* linksInValue(value: unknown, maxPath = maxPathLength): Generator<[cid: CID, path: string]> {
  const stack: [unknown, string][] = [[value, '']]
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [item, path] = top
    // Not CID.asCID: it takes objects for links that only look like CIDs, and values are written by strangers.
    if (item instanceof CID) {
      yield [item, path]
      continue
    }
    if (typeof item !== 'object' || item === null || item instanceof Uint8Array) continue
    const children = Object.entries(item)
    for (let i = children.length - 1; i >= 0; i--) {
      const [key, child] = children[i]!
      if (typeof child === 'object' && child !== null) stack.push([child, joinPath(path, key, maxPath)])
    }
  }
}

function beyond(cid: CID, what: string, limit: number): DagError {
  return new DagError('DAG_LIMIT', { reason: `block ${cid} has more than ${what}`, cid: cid.toString(), limit })
}

/** Runs a decoder over a block's bytes; whatever it throws becomes a DagError that names the block. */
export function namingBlock<T>(cid: CID, decode: () => T): T {
  try {
    return decode()
  } catch (cause) {
    if (cause instanceof DagError && cause.code !== 'INVALID_REQUEST') throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new DagError('INVALID_REQUEST', { reason: `block ${cid} cannot be decoded: ${why}`, cid: cid.toString() }, { cause })
  }
}
