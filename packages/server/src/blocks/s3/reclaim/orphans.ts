import type { SweepStep } from '../../../ports/block-store.ts'
import type { IndexDb } from '../index/index-db.ts'
import { allSegments } from '../segments/all-segments.ts'
import type { Bucket } from '../bucket/bucket.ts'
import { segmentKey, segmentOf } from '../segments/segment-id.ts'

/** What no row knows is left alone so long, since its row may be on the way: no upload lasts longer (see segment-upload.ts). */
const orphanMs = 24 * 3_600_000

/** Removes objects and uploads that a crash left behind. */
export async function* sweepOrphans({ db, bucket }: { db: IndexDb; bucket: Bucket }, now: number, signal?: AbortSignal): AsyncGenerator<SweepStep> {
  const isOld = (time: number) => now - time > orphanMs
  const rows = allSegments(db)
  let row = await rows.next()
  for await (const page of bucket.list('segments/', signal)) {
    for (const { key, bytes, modified } of page) {
      const id = segmentOf(key)
      if (id === undefined || !isOld(modified)) continue
      while (!row.done && row.value.id < id) row = await rows.next()
      // The list of rows may be older than the row.
      if ((!row.done && row.value.id === id) || (await db.read((r) => r.segments.segment(id)))) continue
      await bucket.remove(segmentKey(id))
      yield { blocks: 0, bytes }
    }
  }
  for await (const page of bucket.openUploads('segments/')) {
    for (const { key, uploadId, begun } of page) if (isOld(begun)) await bucket.abortParts(key, uploadId)
  }
}
