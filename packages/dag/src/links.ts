import * as dagCbor from '@ipld/dag-cbor'
import * as dagJson from '@ipld/dag-json'
import { CID } from 'multiformats/cid'
import { scanCbor, type CborVisitor } from './cbor/scan.ts'
import { decodeCid } from './cid/bytes.ts'
import { codecs, codeName } from './cid/codecs.ts'
import { DagError } from './fault.ts'
import { joinPath, maxPathLength } from './link-path.ts'
import { linkedCids } from './pb/node.ts'

export interface ValueLimits {
  /** Values in a dag-cbor block, keys included; default 262,144. */
  maxItems?: number
  /** Bytes of a dag-json block; default 2 MiB. */
  maxJsonBytes?: number
}

/** Codecs whose data model has no links; they are read, not stored. */
const linkless: ReadonlySet<number> = new Set([codecs.raw, 0x51, 0x0200])

/** Values in one block that is decoded; some 0.05 s. */
const maxItems = 262_144
/** Bytes of one dag-json block, as of any block that peers exchange: one full of small values takes some 0.2 s. */
const maxJsonBytes = 2 << 20

/**
 * The CIDs that a block links to, in the order they stand in it, repeats included.
 * @throws DagError INVALID_REQUEST when the bytes are not what the codec says, UNSUPPORTED_CODEC
 */
export function links(cid: CID, bytes: Uint8Array): CID[] {
  if (linkless.has(cid.code)) return []
  if (cid.code === codecs.dagPb) return namingBlock(cid, () => linkedCids(bytes))
  const found: CID[] = []
  if (cid.code === codecs.dagCbor) visitCborLinks(cid, bytes, (at, end) => found.push(decodeCid(bytes, at, end)))
  else for (const [link] of linksInValue(decodeValue(cid, bytes))) found.push(link)
  return found
}

/**
 * Visits the links of a dag-cbor block in the order in which they stand.
 * @throws DagError INVALID_REQUEST; DAG_LIMIT for one in disorder that is too large to decode
 */
export function visitCborLinks(cid: CID, bytes: Uint8Array, visit: CborVisitor, maxPath?: number): void {
  const { ordered } = namingBlock(cid, () => scanCbor(bytes, visit, maxPath))
  if (!ordered) decodeValue(cid, bytes) // refuses a key that stands twice
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
    const cid = CID.asCID(item)
    if (cid !== null) {
      yield [cid, path]
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
