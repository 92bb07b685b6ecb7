import type { IndexDb } from '../index/index-db.ts'
import type { Bucket } from '../bucket/bucket.ts'
import { claim, type ClaimParts } from '../index/claims.ts'
import { keyOf, slices } from '../index/hash-key.ts'
import { Lane } from './lane.ts'
import type { Part } from './part.ts'
import type { PartPool } from './part-pool.ts'
import { Pending } from './pending.ts'
import { Segment } from './segment.ts'

export interface UploadsOptions extends ClaimParts {
  db: IndexDb
  bucket: Bucket
  pool: PartPool
  segmentBytes: number
  segmentBlocks: number
  commitDelayMs: number
}

/** The ways of blocks into the bucket: one that commits often, so that small uploads share an object, and one for what is big. */
export interface Uploads {
  pending: Pending
  small: Lane
  big: Lane
}

export function openUploads({ bucket, ...options }: UploadsOptions): Uploads {
  const { db, reliance, pool } = options
  const pending = new Pending()

  /** Takes out what is here already, and keeps it for everybody who put it. */
  async function thin(part: Part, segment: Segment): Promise<void> {
    const hashes = part.entries.map(({ hash }) => hash)
    const newest = () => Math.max(...Array.from(segment.relying, ({ since }) => since))
    let since: number
    let here: ReadonlyMap<string, unknown>
    // Again where a later writer came to rely on the segment meanwhile.
    do {
      since = newest()
      here = await claim(options, hashes, since)
    } while (newest() > since)
    for (const key of here.keys()) pending.remove(key, segment)
    part.remove((key) => here.has(key))
  }

  function open(): Segment {
    const hold = reliance.begin()
    return new Segment(bucket, {
      thin,
      async enter(segment, blocks) {
        for (const slice of slices(blocks)) {
          // Who puts one of these from here on is too late for their stamp.
          for (const { hash } of slice) pending.remove(keyOf(hash), segment)
          const stamp = reliance.stamp()
          await db.write((w) => w.segments.record(segment, slice, stamp))
        }
      },
      settled(segment, isEntered) {
        if (!isEntered) pending.removeAll(segment)
        reliance.end(hold)
      },
    })
  }

  const lane = { pool, pending, open, segmentBlocks: options.segmentBlocks, commitDelayMs: options.commitDelayMs }
  return { pending, small: new Lane({ ...lane, segmentBytes: pool.partBytes }), big: new Lane({ ...lane, segmentBytes: options.segmentBytes }) }
}
