import * as dagCbor from '@ipld/dag-cbor'
import * as dagJson from '@ipld/dag-json'
import { codecs, hashes, parseCid } from '@thole/dag/light'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { isContent } from '../content/input.ts'
import { TholeError } from '../errors.ts'
import { nodeBlock } from '../plan/block-list.ts'
import type { Plan } from '../plan/plan.ts'
import { sha256 } from '../sha256.ts'
import type { Bytes, PutObjectOptions } from '../types.ts'
import { isLink } from './links.ts'

/** Peers exchange no larger block. */
const maxBytes = 1 << 20
const maxDepth = 512

/** The files within a value, in the order in which they stand in it. */
export function filesIn(value: unknown): Bytes[] {
  const files: Bytes[] = []
  mapValue(value, (file) => {
    files.push(file)
    return null
  })
  return files
}

/** The plan of a value whose files have been planned, each with a root of its own. */
export async function planObject(value: unknown, files: Plan, codec: PutObjectOptions['codec'] = 'dag-cbor'): Promise<Plan> {
  let at = 0
  const linked = mapValue(value, () => CID.decode(files.roots[at++]!))
  const bytes = encode(linked, codec)
  if (bytes.length > maxBytes) throw new TholeError('TOO_LARGE', `the object has ${bytes.length} bytes; a block may have ${maxBytes}: put what is large into files of their own`)
  const cid = CID.createV1(codec === 'dag-json' ? codecs.dagJson : codecs.dagCbor, createDigest(hashes.sha256, await sha256(bytes)))
  return { ...files, roots: [cid.bytes], blocks: [...files.blocks, { cid: cid.bytes, ...nodeBlock(bytes) }] }
}

function encode(value: unknown, codec: PutObjectOptions['codec']): Uint8Array {
  try {
    return codec === 'dag-json' ? dagJson.encode(value) : dagCbor.encode(value)
  } catch (cause) {
    throw new TholeError('INVALID_REQUEST', `the value cannot be written as ${codec}: ${cause instanceof Error ? cause.message : String(cause)}`, {}, { cause })
  }
}

/** Links become CIDs, files what they are mapped to; bytes stay bytes. */
function mapValue(value: unknown, file: (file: Bytes) => unknown, depth = 0): unknown {
  if (depth > maxDepth) throw new TholeError('INVALID_REQUEST', `the value is nested deeper than ${maxDepth}, or holds itself`)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (isContent(value)) return file(value)
  const cid = CID.asCID(value)
  if (cid) return cid
  if (isLink(value)) return parseCid(value['/'])
  if (Array.isArray(value)) return value.map((child) => mapValue(child, file, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, mapValue(child, file, depth + 1)]))
}
