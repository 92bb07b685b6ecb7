import type { Multihash } from '../block-store.ts'

/** Where a block lies, for a store whose segments are objects that nobody changes. */
export interface BlockRow {
  hash: Multihash
  segment: string
  /** Of its first byte in the segment. */
  position: number
  /** Its length. */
  bytes: number
  /** Stamp of the last writer that relied on it (see reliance.ts). */
  claimed: number
  /** In quarantine: known, never read. */
  damaged: boolean
}

export interface SegmentRow {
  id: string
  /** Of the object. */
  bytes: number
  /** Undamaged blocks that are read from here. */
  blocks: number
  /** About what they take of the object, frames included. */
  live: number
  /** Stamp of its making. */
  created: number
}

export type PlacedBlock = Pick<BlockRow, 'hash' | 'position' | 'bytes'>

export interface SegmentTotals {
  /** Damaged ones included. */
  blocks: number
  bytes: number
  segments: number
  damaged: number
}

/** The index of such a store. No call takes more than 1,000 hashes. */
export interface SegmentReads {
  /** The rows of these that have one, in any order. */
  find(hashes: readonly Multihash[]): Promise<BlockRow[]>
  /** Of one segment, in the order of their bytes, behind that position. */
  blocksOf(segment: string, afterPosition: number, limit: number): Promise<BlockRow[]>
  segment(id: string): Promise<SegmentRow | undefined>
  /** By id, behind that one. */
  segments(after: string, limit: number): Promise<SegmentRow[]>
  /** The next segment, behind that id, that undamaged blocks say they lie in. */
  nextNamed(after: string): Promise<string | undefined>
  /** In the order of their hashes, behind that one. */
  damaged(after: Multihash | undefined, limit: number): Promise<BlockRow[]>
  totals(): Promise<SegmentTotals>
}

export interface SegmentWrites {
  /**
   * Enters blocks of an object that is complete, and the segment with the first of them. A block that has a row already keeps its place
   * and is claimed; a damaged one moves here and is well again. Returns how many are read from here.
   */
  record(segment: { id: string; bytes: number }, blocks: readonly PlacedBlock[], stamp: number): Promise<number>
  /** Claims those that are here and undamaged; returns them. Never undoes a later claim. */
  claim(hashes: readonly Multihash[], stamp: number): Promise<Multihash[]>
  /** Lets blocks of other segments be read from this one, which has a row, where they still lie where `from` says. Returns how many. */
  move(to: string, blocks: readonly { hash: Multihash; from: string; position: number }[]): Promise<number>
  /** False where it does not lie there any more, or is in quarantine already. */
  quarantine(place: Pick<BlockRow, 'hash' | 'segment' | 'position'>): Promise<boolean>
  /** Forgets those that nobody has claimed since `cutoff`; returns them. */
  drop(hashes: readonly Multihash[], cutoff: number): Promise<Multihash[]>
  /** Forgets a segment; false while undamaged blocks are read from it. */
  removeSegment(id: string): Promise<boolean>
  /** Forgets everything, at most `limit` blocks a call; false when nothing was left. */
  clear(limit: number): Promise<boolean>
}
