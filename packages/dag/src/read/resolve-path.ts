import { CID } from 'multiformats/cid'
import type { BlockSource } from '../block.ts'
import { codecs } from '../cid/codecs.ts'
import { DagError } from '../fault.ts'
import { decodeValue } from '../links.ts'
import { openEntry, type Entry, type GetOptions } from './entry.ts'
import { findEntry } from './find-entry.ts'

export interface Resolved {
  entry: Entry
  /** Root first, then one CID for each link that the path went through; shards of a HAMT are not among them. */
  cids: CID[]
  /** Segments that name a value inside the last block, which then is dag-cbor or dag-json. */
  remainder: string[]
}

export interface ResolveOptions extends GetOptions {
  /** Opens what the path goes through; default: as `openEntry` does from the source. */
  open?(cid: CID, options: GetOptions): Promise<Entry> | Entry
}

/**
 * Follows a path through UnixFS directories, flat or sharded, and through maps and lists of dag-cbor and dag-json.
 * @throws DagError NOT_FOUND naming the segment; INVALID_REQUEST, DAG_LIMIT; what the source throws
 */
export async function resolvePath(source: BlockSource, root: CID, path: readonly string[], options: ResolveOptions = {}): Promise<Resolved> {
  const { open = (cid, options) => openEntry(source, cid, options) } = options
  let entry = await open(root, options)
  const cids = [entry.cid]
  for (let at = 0; at < path.length; ) {
    const step = isValue(entry) ? stepThroughValue(entry, path, at) : await stepThroughDirectory(source, entry, path[at]!, options)
    if (step.cid === undefined) return { entry, cids, remainder: path.slice(at) }
    entry = await open(step.cid, options)
    cids.push(entry.cid)
    at += step.segments
  }
  return { entry, cids, remainder: [] }
}

interface Step {
  /** Where it led; undefined when the path ends inside the block. */
  cid: CID | undefined
  segments: number
}

function isValue({ cid }: Entry): boolean {
  return cid.code === codecs.dagCbor || cid.code === codecs.dagJson
}

async function stepThroughDirectory(source: BlockSource, entry: Entry, segment: string, options: GetOptions): Promise<Step> {
  if (entry.kind !== 'directory') throw notFound(segment, entry, `${entry.cid} is a ${entry.kind}, not a directory`)
  const cid = await findEntry(source, entry, segment, options)
  if (cid === undefined) throw notFound(segment, entry, `no link named "${segment}" under ${entry.cid}`)
  return { cid, segments: 1 }
}

/** As far as the next link, through any number of nested maps and lists. */
function stepThroughValue(entry: Entry, path: readonly string[], from: number): Step {
  let value = decodeValue(entry.cid, entry.bytes)
  for (let at = from; at < path.length; at++) {
    const segment = path[at]!
    if (!hasChild(value, segment)) throw notFound(segment, entry, `no value at "${segment}" in ${entry.cid}`)
    value = value[segment]
    if (value instanceof CID) return { cid: value, segments: at + 1 - from }
  }
  return { cid: undefined, segments: path.length - from }
}

function hasChild(value: unknown, key: string): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false
  return Array.isArray(value) ? /^(0|[1-9]\d*)$/.test(key) && Number(key) < value.length : Object.hasOwn(value, key)
}

function notFound(segment: string, entry: Entry, reason: string): DagError {
  return new DagError('NOT_FOUND', { reason, segment, cid: entry.cid.toString() })
}
