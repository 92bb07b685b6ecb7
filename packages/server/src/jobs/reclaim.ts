import { reclaimJob, type ReclaimCause, type ReclaimSchedule } from '../domain/reclaim/index.ts'
import type { JobHandler } from './queue.ts'

/** Frees what nobody holds. A turn sets the next one itself. */
export function reclaim(schedule: ReclaimSchedule): JobHandler {
  return {
    kind: reclaimJob,
    concurrency: 1,
    async run(job, signal) {
      await schedule.turn(job.key as ReclaimCause, signal)
      return { done: true }
    },
  }
}
