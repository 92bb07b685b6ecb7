import type { BlockIndex } from '../index/block-index.ts'
import { entriesOf } from '../index/entries.ts'
import type { Reader } from '../read/reader.ts'
import { maxHeadBytes } from './head.ts'
import type { Segment } from './segment.ts'

export interface LiveBlock {
  ordinal: number
  offset: number
  length: number
}

/** A part of a segment with the blocks in it that are live. */
export interface Window {
  /** Where `bytes` start in the segment. */
  start: number
  /** The blocks with their heads; shorter where the segment is. The receiver's to change, until it asks for the next window. */
  bytes: Buffer
  blocks: LiveBlock[]
  /** Why nothing could be read. */
  error?: unknown
}

export interface WindowsOf {
  index: BlockIndex
  reader: Reader
  segment: Segment
  /** Only blocks that lie from there on. */
  after?: number
  /** Only blocks with ordinals below it. */
  below: number
}

const windowBytes = 4 << 20
/** Dead bytes between two blocks that are not worth another read. */
const maxGap = 256 << 10
const maxBlocks = 1 << 14

/** Reads a segment's live blocks in the order in which they lie, some megabytes at a time. */
export async function* liveWindows({ index, reader, segment, after = 0, below }: WindowsOf): AsyncGenerator<Window> {
  let capacity = Buffer.allocUnsafeSlow(windowBytes + maxHeadBytes)
  const end = Math.min(segment.last, below)
  for (let from = segment.first; from < end; ) {
    const { ordinals, next } = entriesOf(index, segment.number, from, end, maxBlocks)
    from = next
    const lying = ordinals.filter((ordinal) => index.offset(ordinal) >= after)
    if (lying.length === 0) await new Promise(setImmediate)
    for (let at = 0; at < lying.length; ) {
      const blocks = firstWindow(index, segment, lying, at)
      at += blocks.taken
      if (blocks.live.length === 0) continue
      const [first, last] = [blocks.live[0]!, blocks.live.at(-1)!]
      const start = Math.max(0, first.offset - maxHeadBytes)
      const size = last.offset + last.length - start
      if (capacity.length < size) capacity = Buffer.allocUnsafeSlow(size)
      const window = { start, bytes: capacity.subarray(0, size), blocks: blocks.live }
      try {
        const read = await reader.read(segment.path, window.bytes, start)
        yield read < size ? { ...window, bytes: window.bytes.subarray(0, read) } : window
      } catch (error) {
        yield { ...window, bytes: window.bytes.subarray(0, 0), error }
      }
    }
  }
}

/** Those that one read takes, of the ones that are still in the segment. */
function firstWindow(index: BlockIndex, { number }: Segment, ordinals: readonly number[], at: number): { live: LiveBlock[]; taken: number } {
  const live: LiveBlock[] = []
  let taken = 0
  for (; at + taken < ordinals.length; taken++) {
    const ordinal = ordinals[at + taken]!
    if (index.segment(ordinal) !== number) continue
    const block = { ordinal, offset: index.offset(ordinal), length: index.length(ordinal) }
    const [first, last] = [live[0], live.at(-1)]
    if (first && last && !(isNear(last, block) && block.offset + block.length - first.offset <= windowBytes)) break
    live.push(block)
  }
  return { live, taken }
}

function isNear(last: LiveBlock, next: LiveBlock): boolean {
  const gap = next.offset - last.offset - last.length
  return gap >= 0 && gap <= maxGap
}
