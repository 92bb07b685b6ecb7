import { statfs } from 'node:fs/promises'
import type { SweepStep } from '../../../ports/block-store.ts'
import type { Segment } from '../segments/segment.ts'
import { copyLive } from './copy-live.ts'
import { dropSegment } from './drop-segment.ts'
import { Output } from './output.ts'
import type { SweepParts } from './sweep-parts.ts'

export interface Source {
  segment: Segment
  liveBytes: number
}

/** Room that is left for writers. */
const spareBytes = 64 << 20

/** Copies what lives in these segments to new ones, and drops them. What a crash leaves of it is either the old segment or both, and never less. */
export async function* rewrite(parts: SweepParts, sources: Source[], demandOn: () => void): AsyncGenerator<SweepStep> {
  let output: Output | undefined
  try {
    for (const { segment, liveBytes } of sources.toSorted((a, b) => a.segment.first - b.segment.first)) {
      // Ordinals have to rise within a segment.
      if (output && (output.end + liveBytes > parts.segmentBytes || segment.first < output.last)) {
        yield* finish(parts, output)
        output = undefined
      }
      const { bavail, bsize } = await statfs(parts.folder)
      if (bavail * bsize < liveBytes + spareBytes) {
        parts.log?.warn({ segment: segment.path, bytes: liveBytes }, 'there is no room to rewrite a segment')
        continue
      }
      output ??= await beginOutput(parts, segment)
      await copyLive(parts, segment, output, demandOn)
    }
    if (output) yield* finish(parts, output)
    output = undefined
  } finally {
    await output?.discard()
  }
}

/** A block that is moved to it, freed and stored anew must come to lie in a segment of a higher number: recovery goes by the order of numbers. */
async function beginOutput(parts: SweepParts, { first }: Segment): Promise<Output> {
  const output = await Output.create(parts, first)
  await parts.queue.seal()
  return output
}

async function* finish(parts: SweepParts, output: Output): AsyncGenerator<SweepStep> {
  if (output.sources.size === 0) return output.discard()
  const { end } = await output.finish()
  yield { blocks: 0, bytes: -end }
  for (const source of output.sources) yield { blocks: 0, bytes: await dropSegment(parts, source) }
}
