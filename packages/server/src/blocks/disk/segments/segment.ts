import { join } from 'node:path'
import { carHeader } from '@thole/dag'

/** What every segment begins with: a CARv1 header without roots. */
export const segmentHeader = carHeader([])

/**
 * A CARv1 file of blocks. Bytes beyond `end` belong to nobody.
 * Its entries have ordinals from `first` to below `last`, among those of others, in the order in which the blocks lie.
 */
export interface Segment {
  readonly number: number
  readonly path: string
  readonly indexPath: string
  /** Where the next frame goes. */
  end: number
  /** Bytes that are known to be on stable storage. */
  durable: number
  /** Bytes that the index file accounts for. */
  indexed: number
  /** Ordinal of the first block that the index file lacks. */
  indexedOrdinal: number
  /** Bytes of the index file that check. */
  indexEnd: number
  /** Nothing is appended any more. */
  sealed: boolean
  first: number
  /** Infinity while it is appended to. */
  last: number
  /** The file is gone; what its index knows is damaged. */
  missing: boolean
}

/** A segment that has a header at most, and no index. */
export function newSegment(folder: string, number: number, end: number, first: number): Segment {
  return { number, ...segmentPaths(folder, number), end, durable: end, indexed: 0, indexedOrdinal: first, indexEnd: 0, sealed: false, first, last: Infinity, missing: false }
}

export function segmentPaths(folder: string, number: number): Pick<Segment, 'path' | 'indexPath'> {
  const name = String(number).padStart(8, '0')
  return { path: join(folder, 'segments', `${name}.car`), indexPath: join(folder, 'index', name) }
}

/** The number in the name of a segment or of its index file. */
export function segmentNumber(name: string): number | undefined {
  const digits = /^(\d{8,9})(?:\.car)?$/.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
