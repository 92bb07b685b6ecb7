import type { SegmentRow } from '../../../ports/db/index.ts'

export interface ChoiceOptions {
  liveRatio: number
  /** Objects below are merged whatever lives in them. */
  smallBytes: number
  segmentBytes: number
  segmentBlocks: number
}

/** Groups of segments, each to become one: those with much that is dead, and the small ones. Of the latter one alone stays as it is. */
export function chooseMerges(segments: readonly SegmentRow[], { liveRatio, smallBytes, segmentBytes, segmentBlocks }: ChoiceOptions): SegmentRow[][] {
  const isSparse = ({ live, bytes }: SegmentRow) => live < bytes * liveRatio
  const groups: SegmentRow[][] = []
  let group: SegmentRow[] = []
  let live = 0
  let blocks = 0
  const close = () => {
    if (group.length > 1 || group.some(isSparse)) groups.push(group)
    group = []
    live = blocks = 0
  }
  for (const segment of segments) {
    if (!isSparse(segment) && segment.bytes >= smallBytes) continue
    if (group.length > 0 && (live + segment.live > segmentBytes || blocks + segment.blocks > segmentBlocks)) close()
    group.push(segment)
    live += segment.live
    blocks += segment.blocks
  }
  close()
  return groups
}
