import type { BlockIndex } from '../index/block-index.ts'
import { maxHeadBytes } from '../segments/head.ts'
import { segmentHeader } from '../segments/segment.ts'
import type { Slices } from '../slices.ts'

/** Of a frame with a CIDv1 of SHA2-256 and a block of up to 16 KiB. */
const usualHeadBytes = 38

/** Bytes that live frames take in each segment, with its header; segments without any are not in it. Frames whose neighbours are dead are guessed at. */
export async function liveBytes(index: BlockIndex, first: number, last: number, slices: Slices): Promise<Map<number, number>> {
  const bytes = new Map<number, number>()
  let segment = 0
  let end = 0
  let sum = 0
  for (let ordinal = first; ordinal < Math.min(last, index.count); ordinal++) {
    const number = index.segment(ordinal)
    if (number !== 0) {
      if (number !== segment) {
        if (segment !== 0) bytes.set(segment, sum)
        segment = number
        sum = bytes.get(number) ?? segmentHeader.length
        end = bytes.has(number) ? Infinity : sum
      }
      const length = index.length(ordinal)
      const head = index.offset(ordinal) - end
      sum += length + (head > 0 && head <= maxHeadBytes ? head : usualHeadBytes)
      end = index.offset(ordinal) + length
    }
    if (slices.isDue) await slices.rest()
  }
  if (segment !== 0) bytes.set(segment, sum)
  return bytes
}
