import type { Multihash, SweepStep } from '../../../ports/block-store.ts'
import type { SegmentRow } from '../../../ports/db/index.ts'
import type { IndexDb } from '../index/index-db.ts'
import { allSegments } from '../segments/all-segments.ts'
import type { Bucket } from '../bucket/bucket.ts'
import { maxHashes } from '../index/hash-key.ts'
import type { Marks } from './marks.ts'
import type { Places } from '../index/places.ts'
import { segmentKey } from '../segments/segment-id.ts'

export interface SweepParts {
  db: IndexDb
  bucket: Bucket
  places: Places
  /** Nobody relies on what was claimed before and not since. */
  cutoff: number
}

/** All segments that were there when the run began, in order. */
export async function* segmentsBefore({ db, cutoff }: Pick<SweepParts, 'db' | 'cutoff'>): AsyncGenerator<SegmentRow> {
  // What was made since may still be entering its blocks.
  for await (const segment of allSegments(db)) if (segment.created < cutoff) yield segment
}

/** Forgets the blocks of a segment that are neither marked nor claimed, and then the segment where nothing is left. */
export async function* sweepSegment(parts: SweepParts, marks: Marks, { id, bytes }: SegmentRow): AsyncGenerator<SweepStep> {
  const { db, places, cutoff } = parts
  for (let after = -1; ; ) {
    const rows = await db.read((r) => r.segments.blocksOf(id, after, maxHashes))
    const dead = rows.filter(({ hash, claimed }) => claimed < cutoff && !marks.has(hash)).map(({ hash }) => hash)
    if (dead.length > 0) {
      const gone = await db.write((w) => w.segments.drop(dead, cutoff))
      places.forget(gone)
      yield { blocks: gone.length, bytes: 0 }
    }
    if (rows.length < maxHashes) break
    after = rows.at(-1)!.position
  }
  if (await removeSegment(parts, id)) yield { blocks: 0, bytes }
}

/** Forgets damaged blocks that nobody wants; their segment may be gone. */
export async function* sweepDamaged({ db, cutoff }: Pick<SweepParts, 'db' | 'cutoff'>, marks: Marks): AsyncGenerator<SweepStep> {
  for (let after: Multihash | undefined; ; ) {
    const from = after
    const rows = await db.read((r) => r.segments.damaged(from, maxHashes))
    const dead = rows.map(({ hash }) => hash).filter((hash) => !marks.has(hash))
    if (dead.length > 0) yield { blocks: (await db.write((w) => w.segments.drop(dead, cutoff))).length, bytes: 0 }
    if (rows.length < maxHashes) return
    after = rows.at(-1)!.hash
  }
}

/** First the row, then the object: a reader who comes between looks the row up again. */
export async function removeSegment({ db, bucket }: Pick<SweepParts, 'db' | 'bucket'>, id: string): Promise<boolean> {
  const isGone = await db.write((w) => w.segments.removeSegment(id))
  if (isGone) await bucket.remove(segmentKey(id))
  return isGone
}
