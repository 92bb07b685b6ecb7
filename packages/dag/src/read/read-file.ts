import type { CID } from 'multiformats/cid'
import type { BlockSource } from '../block.ts'
import { isLeaf } from '../cid/codecs.ts'
import { DagError } from '../fault.ts'
import { getBytes, type Entry } from './entry.ts'
import { fileParts, type FilePart, type PartRange } from './file-parts.ts'

export interface ReadOptions {
  /** First content byte; default 0. */
  from?: number
  /** The content byte to stop before; default the end. */
  to?: number
  /** Blocks in flight; default 4. */
  readAhead?: number
  /** Nodes known and not read yet, over all levels: some 600 bytes each; default 131,072, which is two of the widest levels. */
  maxPending?: number
  signal?: AbortSignal
}

/** A node whose content is wanted. */
interface Wanted {
  cid: CID
  /** Offsets of its content in the file. */
  start: number
  end: number
  depth: number
  bytes?: Promise<Uint8Array>
}

/** Kubo's widest layouts are far flatter; only a hostile DAG is deeper. */
const maxFileDepth = 128

/**
 * The content of a file or raw block in order, reading only blocks in the range, and ahead of the reader only as many
 * as asked. Out-of-range bounds are clamped.
 * @throws what the source throws; DagError INVALID_REQUEST, DAG_LIMIT; the signal's reason
 */
export async function* readFile(source: BlockSource, entry: Entry, options: ReadOptions = {}): AsyncGenerator<Uint8Array, void> {
  if (entry.size === undefined) throw new DagError('INVALID_REQUEST', { reason: `${entry.cid} is not a file`, cid: entry.cid.toString() })
  const from = Math.max(0, options.from ?? 0)
  const to = Math.min(entry.size, options.to ?? entry.size)
  const { readAhead = 4, maxPending = 131_072, signal } = options
  // Top is next. Holds the siblings still to come of each level: O(depth × width).
  const stack: Wanted[] = []
  if (from < to) stack.push({ cid: entry.cid, start: 0, end: entry.size, depth: 0, bytes: Promise.resolve(entry.bytes) })

  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    node.bytes ??= start(source, node, signal)
    for (let i = 1; i < readAhead && i <= stack.length; i++) {
      const ahead = stack[stack.length - i]!
      ahead.bytes ??= start(source, ahead, signal)
    }
    const bytes = await node.bytes
    signal?.throwIfAborted()
    const parts = partsOf(node, bytes, { from, to })
    for (let i = parts.links.length - 1; i >= 0; i--) stack.push({ ...parts.links[i]!, depth: node.depth + 1 })
    if (stack.length > maxPending) {
      throw new DagError('DAG_LIMIT', { reason: `more than ${maxPending} nodes of the file wait to be read`, cid: entry.cid.toString(), limit: maxPending })
    }
    const own = slice(parts.own, node.start, from, to)
    if (own.length > 0) yield own
  }
}

function start(source: BlockSource, node: Wanted, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const bytes = getBytes(source, node.cid, { signal })
  bytes.catch(() => {}) // told when its turn comes, if it comes
  return bytes
}

/** @throws DagError when the node does not hold the bytes that its parent promised */
function partsOf(node: Wanted, bytes: Uint8Array, range: PartRange): FilePart {
  if (node.depth > maxFileDepth) {
    throw new DagError('DAG_LIMIT', { reason: `the file is nested deeper than ${maxFileDepth} nodes`, cid: node.cid.toString(), limit: maxFileDepth })
  }
  const parts = isLeaf(node.cid) ? { own: bytes, links: [], end: node.start + bytes.length } : fileParts(node.cid, bytes, node.start, range)
  if (parts.end === node.end) return parts
  const reason = `${node.cid} holds ${parts.end - node.start} bytes of the file where its parent says ${node.end - node.start}`
  throw new DagError('INVALID_REQUEST', { reason, cid: node.cid.toString() })
}

function slice(own: Uint8Array, start: number, from: number, to: number): Uint8Array {
  if (start >= from && start + own.length <= to) return own
  return own.subarray(Math.max(0, from - start), Math.max(0, Math.min(own.length, to - start)))
}
