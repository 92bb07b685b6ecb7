import type { SegmentFacts } from '../../../ports/block-store.ts'
import type { BlockIndex } from '../index/block-index.ts'
import { liveBytes } from '../reclaim/live-bytes.ts'
import { Slices } from '../slices.ts'
import type { Segments } from './segments.ts'

interface Parts {
  index: BlockIndex
  segments: Segments
  durable(): number
}

/** By number, the first of them: what each has, and how much of that is still found. */
export async function segmentFacts({ index, segments, durable }: Parts, limit: number): Promise<SegmentFacts[]> {
  const live = await liveBytes(index, 0, durable(), new Slices())
  const damaged = new Map<number, number>()
  for (const ordinal of index.bad) damaged.set(index.segment(ordinal), (damaged.get(index.segment(ordinal)) ?? 0) + 1)
  const there = [...segments].filter(({ missing }) => !missing).sort((a, b) => a.number - b.number)
  return there.slice(0, limit).map(({ number, end }) => ({ name: String(number), bytes: end, live: Math.min(live.get(number) ?? 0, end), damaged: damaged.get(number) ?? 0 }))
}
