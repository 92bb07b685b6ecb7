import { headBefore } from '../segments/head.ts'
import { liveWindows, type Window } from '../segments/live-windows.ts'
import type { Segment } from '../segments/segment.ts'
import { Slices } from '../slices.ts'
import { verify } from '../read/verify.ts'
import type { Moves, Output } from './output.ts'
import type { SweepParts } from './sweep-parts.ts'

/**
 * Copies the frames of a segment's live blocks, and checks them on the way; a damaged one is copied as it is. A segment that cannot be
 * copied as a whole is left where it is.
 */
export async function copyLive(parts: SweepParts, source: Segment, output: Output, demandOn: () => void): Promise<void> {
  const { index, reader, log } = parts
  const slices = new Slices()
  const moves: Moves[] = []
  for await (const window of liveWindows({ index, reader, segment: source, below: source.last })) {
    demandOn()
    const copied = window.error === undefined ? await gather(parts, source, window, slices) : undefined
    if (!copied) {
      log?.error({ error: window.error, segment: source.path }, 'a segment cannot be rewritten, since a part of it cannot be read')
      return
    }
    const { end } = output
    await output.write(window.bytes.subarray(0, copied.bytes))
    const { ordinals, offsets } = copied
    moves.push({ source, ordinals: Uint32Array.from(ordinals), offsets: Uint32Array.from(offsets, (offset) => end + offset) })
  }
  output.take(moves)
}

/** Moves the live frames to the window's beginning. Undefined where one has no head that can be read. */
async function gather({ index, reads, quarantine }: SweepParts, source: Segment, { start, bytes, blocks }: Window, slices: Slices) {
  const ordinals: number[] = []
  const offsets: number[] = []
  let used = 0
  for (const { ordinal, offset, length } of blocks) {
    if (slices.isDue) await slices.rest()
    // It may have been stored anew, where it was damaged.
    if (index.segment(ordinal) !== source.number) continue
    const at = offset - start
    const head = at + length <= bytes.length ? headBefore(bytes, at, length, (hash) => index.isOf(ordinal, hash)) : undefined
    if (!head) {
      quarantine.add(ordinal, undefined, 'its head cannot be read')
      return undefined
    }
    if (!index.isBad(ordinal) && !verify(index, ordinal, head.hash, bytes.subarray(at, at + length)) && (await reads.isGood(ordinal, head.hash))) {
      // What was read the first time was wrong, so nothing of it is to be believed.
      return undefined
    }
    bytes.copyWithin(used, head.start, at + length)
    ordinals.push(ordinal)
    offsets.push(used + at - head.start)
    used += at + length - head.start
  }
  return { ordinals, offsets, bytes: used }
}
