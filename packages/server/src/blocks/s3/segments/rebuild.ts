import { fault } from '../../../kernel/faults.ts'
import type { Db } from '../../../ports/db/index.ts'
import type { Log } from '../../../ports/log.ts'
import type { RebuildProgress, Rebuilt } from '../../disk/segments/rebuild.ts'
import { openBucket, type Bucket, type BucketObject, type BucketOptions } from '../bucket/bucket.ts'
import { readFrames } from './frames.ts'
import { maxHashes, slices } from '../index/hash-key.ts'
import { matchBucket } from '../bucket/identity.ts'
import { inTurns, type IndexDb } from '../index/index-db.ts'
import { segmentHeader } from '../write/part.ts'
import { segmentKey, segmentOf } from './segment-id.ts'

export interface S3RebuildOptions extends BucketOptions {
  db: Db
  log?: Log
  /** A process that was seen in the last so many milliseconds uses the index; default one minute. */
  deadMs?: number
  onProgress?(progress: RebuildProgress): void
}

const windowBytes = 8 << 20
/** No frame is longer. */
const maxWindowBytes = 32 << 20

/** Forgets the index and makes it anew from the segments in the bucket, for the database that is given. Fault CONFLICT while a server uses it. */
export async function rebuildS3Index({ db: given, log, deadMs = 60_000, onProgress, ...options }: S3RebuildOptions): Promise<Rebuilt> {
  const db = inTurns(given)
  const bucket = await openBucket(options)
  try {
    await bucket.probe()
    const alive = await db.read((r) => r.reliance.seenWithin(deadMs))
    if (alive.length > 0) throw fault('CONFLICT', { reason: 'a server uses the index; stop it, and wait a minute where it was killed' })
    await matchBucket(bucket, db, { ...options, adopt: true })
    while (await db.write((w) => w.segments.clear(maxHashes)));
    const progress: RebuildProgress = { bytes: 0, of: 0 }
    for await (const page of bucket.list('segments/')) for (const { bytes } of page) progress.of += bytes
    for await (const page of bucket.list('segments/')) {
      for (const object of page) {
        await enterSegment({ bucket, db, log }, object)
        progress.bytes += object.bytes
        onProgress?.({ ...progress })
      }
    }
    const { segments, blocks, bytes, damaged } = await db.read((r) => r.segments.totals())
    return { segments, blocks: blocks - damaged, bytes, damaged }
  } finally {
    bucket.close()
  }
}

async function enterSegment({ bucket, db, log }: { bucket: Bucket; db: IndexDb; log?: Log }, { key, bytes }: BucketObject): Promise<void> {
  const id = segmentOf(key)
  if (id === undefined) return
  let wanted = windowBytes
  for (let at = segmentHeader.length; at < bytes; ) {
    const window = await bucket.read(segmentKey(id), at, Math.min(wanted, bytes - at))
    const { blocks, damaged, end } = readFrames(window ?? new Uint8Array(), at)
    for (const slice of slices(blocks)) await db.write((w) => w.segments.record({ id, bytes }, slice, 0))
    for (const block of damaged) {
      // Known, so that it is repaired, unless another segment has it whole.
      await db.write(async (w) => {
        await w.segments.record({ id, bytes }, [block], 0)
        await w.segments.quarantine({ ...block, segment: id })
      })
    }
    wanted = end > at ? windowBytes : wanted * 2
    if (wanted > maxWindowBytes || (end === at && window?.length === bytes - at)) {
      log?.error({ segment: id, position: at }, 'the rest of a segment cannot be read')
      return
    }
    at = end
  }
}
