import { dirname } from 'node:path'
import type { BlockIndex } from '../index/block-index.ts'
import { entriesOf } from '../index/entries.ts'
import type { Segment } from '../segments/segment.ts'
import type { SweepParts } from './sweep-parts.ts'

/**
 * Bytes that it gave back: none where something lives in the segment. Index first, and durably so: an index without its segment would be of
 * blocks that were lost, while a segment without its index is read again.
 */
export async function dropSegment({ index, segments, indexFiles, files, reader }: SweepParts, segment: Segment): Promise<number> {
  if (await hasLive(index, segment)) return 0
  segments.delete(segment)
  await indexFiles.remove(segment)
  await files.remove(segment.path)
  await files.syncFolder(dirname(segment.path))
  reader.drop(segment.path)
  return segment.end
}

async function hasLive(index: BlockIndex, { number, first, last }: Segment): Promise<boolean> {
  for (let from = first; from < last; ) {
    const { ordinals, next } = entriesOf(index, number, from, last, 1)
    if (ordinals.length > 0) return true
    from = next
    await new Promise(setImmediate)
  }
  return false
}
