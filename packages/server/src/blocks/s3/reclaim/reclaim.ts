import { fault } from '../../../kernel/faults.ts'
import type { ReclaimRun, Sizes, StoreOptions, SweepOptions, SweepStep } from '../../../ports/block-store.ts'
import type { Log } from '../../../ports/log.ts'
import type { SegmentRow } from '../../../ports/db/index.ts'
import { chooseMerges } from './choose.ts'
import { keyOf } from '../index/hash-key.ts'
import { Marks } from './marks.ts'
import { merge, type MergeParts } from './merge.ts'
import { sweepOrphans } from './orphans.ts'
import { segmentsBefore, sweepDamaged, sweepSegment } from './sweep.ts'

export interface ReclaimParts extends Omit<MergeParts, 'cutoff'> {
  /** Objects below are merged whatever lives in them. */
  smallBytes: number
  /** Milliseconds without a sign of life after which a process relies on nothing any more. */
  deadMs: number
  log?: Log
}

/** Milliseconds that the one reclaim is leased for, and between two renewals. */
const leaseMs = 30_000
const renewMs = 8_000

/** One at a time over all processes of the database. Fault CONFLICT. */
export async function beginReclaim(parts: ReclaimParts): Promise<ReclaimRun> {
  const { db, reliance, places, deadMs, log } = parts
  const id = crypto.randomUUID()
  const horizon = reliance.horizon()
  const cutoff = await db.write((w) => w.reliance.beginReclaim({ id, process: reliance.process, horizon, lease: leaseMs, deadAfter: deadMs }))
  if (cutoff === undefined) throw fault('CONFLICT', { reason: 'a reclaim is under way' })
  const marks = new Marks()
  let isOver = false
  const renewal = setInterval(() => {
    db.write((w) => w.reliance.extendReclaim(id, leaseMs)).then(
      (isOurs) => (isOver ||= !isOurs),
      (error: unknown) => log?.warn({ error }, 'a reclaim could not renew its lease'),
    )
  }, renewMs).unref()

  const end = async () => {
    if (!isOver) await db.write((w) => w.reliance.endReclaim(id))
    isOver = true
    clearInterval(renewal)
  }

  async function mark(hashes: Parameters<ReclaimRun['mark']>[0]): Promise<Sizes> {
    for (const hash of hashes) marks.add(hash)
    const rows = await places.findAll(hashes)
    return hashes.map((hash) => {
      const row = rows.get(keyOf(hash))
      return row && !row.damaged ? row.bytes : undefined
    })
  }

  async function* sweep({ signal, liveRatio = 0.7 }: StoreOptions & SweepOptions = {}): AsyncGenerator<SweepStep> {
    const work = { ...parts, cutoff: cutoff! }
    const demand = () => {
      if (signal?.aborted) throw fault('ABORTED', {}, { cause: signal.reason })
      if (isOver) throw fault('CONFLICT', { reason: 'another reclaim has begun' })
    }
    async function* guarded(steps: AsyncIterable<SweepStep>): AsyncGenerator<SweepStep> {
      for await (const step of steps) {
        yield step
        demand()
      }
    }
    demand()
    for await (const segment of segmentsBefore(work)) yield* guarded(sweepSegment(work, marks, segment))
    yield* guarded(sweepDamaged(work, marks))
    const left: SegmentRow[] = []
    for await (const segment of segmentsBefore(work)) left.push(segment)
    for (const group of chooseMerges(left, { ...parts, liveRatio })) yield* guarded(merge(work, group, signal))
    yield* guarded(sweepOrphans(work, Date.now(), signal))
  }

  return { mark, sweep, end, [Symbol.asyncDispose]: end }
}
