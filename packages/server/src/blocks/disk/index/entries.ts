import type { BlockIndex } from './block-index.ts'

/** Entries that are looked through without a pause: less than a millisecond's work. */
const maxLookedThrough = 1 << 17

export interface Entries {
  ordinals: number[]
  /** Where to go on. */
  next: number
}

/** The next entries of a segment among ordinals [from, to): at most `max`, and sometimes fewer though more follow. */
export function entriesOf(index: BlockIndex, segment: number, from: number, to: number, max: number): Entries {
  const end = Math.min(to, index.count)
  const stop = Math.min(end, from + maxLookedThrough)
  const ordinals: number[] = []
  let ordinal = from
  while (ordinal < stop && ordinals.length < max) {
    if (index.segment(ordinal) === segment) ordinals.push(ordinal)
    ordinal++
  }
  return { ordinals, next: ordinal >= end ? Infinity : ordinal }
}
