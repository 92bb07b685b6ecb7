import type { SegmentRow } from '../../../ports/db/index.ts'
import { maxHashes } from '../index/hash-key.ts'
import type { IndexDb } from '../index/index-db.ts'

/** By id, page by page, behind that one. */
export async function* allSegments(db: IndexDb, after = ''): AsyncGenerator<SegmentRow> {
  for (let last = after; ; ) {
    const from = last
    const page = await db.read((r) => r.segments.segments(from, maxHashes))
    yield* page
    if (page.length < maxHashes) return
    last = page.at(-1)!.id
  }
}
