import { fault } from '../../../kernel/faults.ts'
import type { ReclaimRun, StoreOptions, SweepOptions } from '../../../ports/block-store.ts'
import type { UnderWay } from '../under-way.ts'
import type { Reliance } from './reliance.ts'
import { sweep } from './sweep.ts'
import type { SweepParts } from './sweep-parts.ts'

export interface ReclaimParts extends SweepParts {
  reliance: Reliance
  underWay: UnderWay
}

/** One at a time: fault CONFLICT. */
export function beginReclaim(parts: ReclaimParts): ReclaimRun {
  const { reliance, tail, index, underWay } = parts
  const marks = reliance.beginReclaim()
  if (!marks) throw fault('CONFLICT', { reason: 'a reclaim or a backup is under way' })
  const limit = tail.durable
  const end = async () => reliance.endReclaim(marks)

  const sweepMarked = ({ signal, liveRatio = 0.7 }: StoreOptions & SweepOptions = {}) => {
    const demandOn = () => {
      underWay.demandOpen()
      if (signal?.aborted) throw fault('ABORTED', {}, { cause: signal.reason })
    }
    return underWay.trackAll(sweep(parts, { marks, limit, liveRatio, demandOn }), signal)
  }

  return {
    mark: (hashes) =>
      hashes.map((hash) => {
        const ordinal = index.find(hash, limit)
        if (ordinal < 0) return sizeOf(index.findGood(hash, tail.durable))
        marks.add(ordinal)
        return index.isBad(ordinal) ? sizeOf(index.findGood(hash, tail.durable)) : index.length(ordinal)
      }),
    sweep: sweepMarked,
    end,
    [Symbol.asyncDispose]: end,
  }

  function sizeOf(ordinal: number): number | undefined {
    return ordinal < 0 ? undefined : index.length(ordinal)
  }
}
