import type { CheckStep, StoreOptions } from '../../../ports/block-store.ts'
import type { BlockRow, SegmentRow } from '../../../ports/db/index.ts'
import type { IndexDb } from '../index/index-db.ts'
import { allSegments } from '../segments/all-segments.ts'
import type { Bucket } from '../bucket/bucket.ts'
import { maxHashes } from '../index/hash-key.ts'
import { segmentKey, segmentOf } from '../segments/segment-id.ts'

export interface CheckParts {
  db: IndexDb
  bucket: Bucket
}

/** Walks the segments of the table beside the objects of the bucket, both in order. What others change meanwhile is looked at again before it is told. */
export async function* check({ db, bucket }: CheckParts, { signal }: StoreOptions = {}): AsyncGenerator<CheckStep> {
  const { bytes: of } = await db.read((r) => r.segments.totals())
  const objects = objectSizes(bucket, signal)
  let object = await objects.next()
  for await (const segment of allSegments(db)) {
    signal?.throwIfAborted()
    while (!object.done && object.value.id < segment.id) object = await objects.next()
    const found = !object.done && object.value.id === segment.id ? object.value.bytes : undefined
    // The list may be older than the row.
    yield* checkSegment(db, segment, found ?? (await sizeNow(bucket, segment.id)), of)
  }
  yield { blocks: 0, bytes: 0, of, problems: await strayBlocks(db) }
}

async function* checkSegment(db: IndexDb, segment: SegmentRow, objectBytes: number | undefined, of: number): AsyncGenerator<CheckStep> {
  const problems: string[] = []
  if (objectBytes !== segment.bytes) problems.push(`segment ${segment.id} ${objectBytes === undefined ? 'has no object' : `has ${objectBytes} bytes in the bucket instead of ${segment.bytes}`}`)
  let blocks = 0
  let well = 0
  let end = 0
  for (let after = -1; ; ) {
    const rows = await db.read((r) => r.segments.blocksOf(segment.id, after, maxHashes))
    for (const row of rows) {
      const problem = misplaced(row, end, segment)
      if (problem) problems.push(problem)
      end = Math.max(end, row.position + row.bytes)
      if (!row.damaged) well++
    }
    blocks += rows.length
    if (rows.length < maxHashes) break
    after = rows.at(-1)!.position
  }
  const now = await db.read((r) => r.segments.segment(segment.id))
  const isUnchanged = now !== undefined && now.blocks === segment.blocks
  if (isUnchanged && well !== segment.blocks) problems.push(`segment ${segment.id} has ${well} blocks instead of ${segment.blocks}`)
  yield { blocks, bytes: segment.bytes, of, problems: now === undefined ? [] : problems }
}

function misplaced({ position, bytes }: BlockRow, end: number, segment: SegmentRow): string | undefined {
  if (position < end) return `blocks of segment ${segment.id} overlap at ${position}`
  if (position + bytes > segment.bytes) return `a block of segment ${segment.id} ends at ${position + bytes}, beyond its ${segment.bytes} bytes`
  return undefined
}

/** Blocks that name a segment which has no row. */
async function strayBlocks(db: IndexDb): Promise<string[]> {
  const problems: string[] = []
  for (let id = await db.read((r) => r.segments.nextNamed('')); id !== undefined; ) {
    const named = id
    const isKnown = await db.read(async (r) => (await r.segments.segment(named)) !== undefined || (await r.segments.blocksOf(named, -1, maxHashes)).every(({ damaged }) => damaged))
    if (!isKnown) problems.push(`blocks lie in segment ${named}, which is not known`)
    id = await db.read((r) => r.segments.nextNamed(named))
  }
  return problems
}

async function sizeNow(bucket: Bucket, id: string): Promise<number | undefined> {
  for await (const page of bucket.list(segmentKey(id))) return page[0]?.bytes
  return undefined
}

async function* objectSizes(bucket: Bucket, signal?: AbortSignal): AsyncGenerator<{ id: string; bytes: number }> {
  for await (const page of bucket.list('segments/', signal)) {
    for (const { key, bytes } of page) {
      const id = segmentOf(key)
      if (id !== undefined) yield { id, bytes }
    }
  }
}
