import type { SweepStep } from '../../../ports/block-store.ts'
import type { BlockRow, SegmentRow } from '../../../ports/db/index.ts'
import { isIntact } from '../../intact.ts'
import type { Damage } from '../read/damage.ts'
import { frameStart, maxFrameLead } from '../segments/frame-start.ts'
import { keyOf, maxHashes, slices } from '../index/hash-key.ts'
import { Part } from '../write/part.ts'
import type { PartPool } from '../write/part-pool.ts'
import type { Reliance } from '../index/reliance.ts'
import { runLength } from '../read/runs.ts'
import { segmentKey } from '../segments/segment-id.ts'
import { Segment } from '../write/segment.ts'
import { removeSegment, type SweepParts } from './sweep.ts'

export interface MergeParts extends SweepParts {
  damage: Damage
  reliance: Reliance
  pool: PartPool
  segmentBytes: number
  segmentBlocks: number
}

/** One read of an old segment. */
const readBytes = 4 << 20

/** Copies what lives in these segments into one new segment, then lets the old ones go. */
export async function* merge(parts: MergeParts, old: readonly SegmentRow[], signal?: AbortSignal): AsyncGenerator<SweepStep> {
  const segment = openMerged(parts, signal)
  try {
    await segment.fill(old)
  } catch (error) {
    await segment.abandon()
    throw error
  }
  yield { blocks: 0, bytes: -(await segment.finish()) }
  for (const { id, bytes } of old) if (await removeSegment(parts, id)) yield { blocks: 0, bytes }
}

function openMerged({ db, bucket, damage, reliance, pool, places }: MergeParts, signal?: AbortSignal) {
  const hold = reliance.begin()
  const from = new Map<string, string>()
  let part: Part | undefined
  const segment = new Segment(bucket, {
    async enter(made, blocks) {
      const stamp = reliance.stamp()
      await db.write((w) => w.segments.record(made, [], stamp))
      for (const slice of slices(blocks)) {
        const moves = slice.map(({ hash, position }) => ({ hash, position, from: from.get(keyOf(hash))! }))
        await db.write((w) => w.segments.move(made.id, moves))
        places.forget(slice.map(({ hash }) => hash))
      }
    },
    settled: () => reliance.end(hold),
  })

  async function add(frame: Uint8Array, row: BlockRow): Promise<void> {
    while (!part?.addFrame(frame, row)) {
      if (segment.failure) throw segment.failure
      const isFirst = part === undefined
      if (part) segment.add(part)
      part = new Part(pool, await pool.take(), { isFirst })
    }
    from.set(keyOf(row.hash), row.segment)
  }

  /** Of rows of one segment, each with its frame. */
  async function copy(rows: readonly BlockRow[]): Promise<void> {
    const first = rows[0]!
    const last = rows.at(-1)!
    const begin = Math.max(0, first.position - first.hash.length - maxFrameLead)
    const bytes = await bucket.read(segmentKey(first.segment), begin, last.position + last.bytes - begin, signal)
    for (const row of rows) {
      const at = row.position - begin
      const block = bytes?.subarray(at, at + row.bytes)
      const start = bytes && frameStart(bytes, at, row.hash.length, row.bytes)
      if (bytes && block?.length === row.bytes && start !== undefined && isIntact(row.hash, block)) await add(bytes.subarray(start, at + row.bytes), row)
      else await damage.quarantine(row)
    }
  }

  return {
    async fill(old: readonly SegmentRow[]): Promise<void> {
      for (const { id } of old) {
        for (let after = -1; ; ) {
          const page = await db.read((r) => r.segments.blocksOf(id, after, maxHashes))
          const live = page.filter(({ damaged }) => !damaged)
          for (let at = 0; at < live.length; ) {
            const run = live.slice(at, at + runLength(live.slice(at), readBytes))
            await copy(run)
            at += run.length
          }
          if (page.length < maxHashes) break
          after = page.at(-1)!.position
        }
      }
    },
    /** Resolves with the bytes of the new object. */
    async finish(): Promise<number> {
      if (part) segment.finish(part)
      else segment.abandon()
      await segment.settled
      if (segment.failure) throw segment.failure
      return segment.bytes
    },
    async abandon(): Promise<void> {
      segment.abandon(part)
      await segment.settled
    },
  }
}
