import type { SweepStep } from '../../../ports/block-store.ts'
import type { OrdinalSet } from '../index/ordinal-set.ts'
import { segmentHeader, type Segment } from '../segments/segment.ts'
import { Slices } from '../slices.ts'
import { dropSegment } from './drop-segment.ts'
import { GoneRecords } from './gone-records.ts'
import { liveBytes } from './live-bytes.ts'
import { rewrite } from './rewrite.ts'
import type { SweepParts } from './sweep-parts.ts'

export interface Sweep {
  /** What stays. May grow until the last block was looked at. */
  marks: OrdinalSet
  /** Blocks with ordinals from there on came later: they stay. */
  limit: number
  liveRatio: number
  /** Throws where the sweep is to end. */
  demandOn(): void
}

/** Sealed segments below this share of the greatest size join a rewriting that takes place anyway, so that they do not add up. */
const smallShare = 1 / 16

/** Takes unmarked blocks out of the index, then gives back the bytes: first of segments in which nothing lives, then of those that are worth rewriting. */
export async function* sweep(parts: SweepParts, { marks, limit, liveRatio, demandOn }: Sweep): AsyncGenerator<SweepStep> {
  const { index, tail, queue, segments } = parts
  const slices = new Slices()
  yield* removeUnmarked(parts, marks, limit, demandOn)

  const { current } = tail
  if (current && isSparse(current, await liveBytes(index, current.first, current.last, slices), liveRatio)) await queue.seal()
  // Those that get no more blocks, so that the look at the index that follows sees all that live in them.
  const done = [...segments].filter((segment) => segment.sealed && !tail.isOpen(segment))
  const live = await liveBytes(index, 0, index.count, slices)
  for (const segment of done) {
    if (live.has(segment.number)) continue
    demandOn()
    yield { blocks: 0, bytes: await dropSegment(parts, segment) }
  }
  const rewritable = done.filter(({ missing, number }) => !missing && live.has(number))
  const sparse = rewritable.filter((segment) => isSparse(segment, live, liveRatio))
  if (sparse.length === 0) return
  const small = rewritable.filter((segment) => segment.end < parts.segmentBytes * smallShare && !sparse.includes(segment))
  const sources = [...sparse, ...small].map((segment) => ({ segment, liveBytes: live.get(segment.number)! }))
  yield* rewrite(parts, sources, demandOn)
}

/** Between the look at a block's mark and its removal nothing else happens. */
async function* removeUnmarked({ index, indexFiles, segments }: SweepParts, marks: OrdinalSet, limit: number, demandOn: () => void): AsyncGenerator<SweepStep> {
  const gone = new GoneRecords(index, indexFiles, segments)
  const slices = new Slices()
  let blocks = 0
  for (let ordinal = 0; ordinal < limit; ordinal++) {
    if (index.isLive(ordinal) && !marks.has(ordinal)) {
      const writing = gone.remove(ordinal)
      blocks++
      if (writing) await writing
    }
    if (!slices.isDue) continue
    yield { blocks, bytes: 0 }
    blocks = 0
    await slices.rest()
    demandOn()
  }
  await gone.saveAll()
  yield { blocks, bytes: 0 }
}

function isSparse({ number, end }: Segment, live: Map<number, number>, liveRatio: number): boolean {
  return end > segmentHeader.length && (live.get(number) ?? 0) < end * liveRatio
}
