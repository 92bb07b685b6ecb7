import * as dagCbor from '@ipld/dag-cbor'
import * as dagJson from '@ipld/dag-json'
import { CID } from 'multiformats/cid'
import { codecs, codeName } from './cid/codecs.ts'
import { DagError } from './fault.ts'
import { linkedCids } from './pb/node.ts'

/** Codecs whose data model has no links; they are read, not stored. */
const linkless: ReadonlySet<number> = new Set([codecs.raw, 0x51, 0x0200])

/**
 * The CIDs that a block links to, in the order they stand in it, repeats included.
 * @throws DagError INVALID_REQUEST when the bytes are not what the codec says, UNSUPPORTED_CODEC
 */
export function links(cid: CID, bytes: Uint8Array): CID[] {
  if (linkless.has(cid.code)) return []
  if (cid.code === codecs.dagPb) return namingBlock(cid, () => linkedCids(bytes))
  const value = decodeValue(cid, bytes)
  return Array.from(linksInValue(value), ([link]) => link)
}

/**
 * A dag-cbor or dag-json block as a value; links are CID instances.
 * @throws DagError INVALID_REQUEST, UNSUPPORTED_CODEC
 */
export function decodeValue(cid: CID, bytes: Uint8Array): unknown {
  const codec = cid.code === codecs.dagCbor ? dagCbor : cid.code === codecs.dagJson ? dagJson : undefined
  if (codec === undefined) {
    throw new DagError('UNSUPPORTED_CODEC', { reason: `blocks of codec ${codeName(cid.code)} cannot be read`, cid: cid.toString() })
  }
  return namingBlock(cid, () => codec.decode(bytes))
}

/** Every link in a value with its path; iterative, since users choose how deep values nest. */
export function* linksInValue(value: unknown): Generator<[cid: CID, path: string]> {
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
      if (typeof child === 'object' && child !== null) stack.push([child, path === '' ? key : `${path}/${key}`])
    }
  }
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
