import type { Writer } from '../../ports/db/index.ts'

/** `jobs/reclaim.ts` has the handler; the key says why it runs. */
export const reclaimJob = 'reclaim'

/** `released`: DAGs lost their last holder. `garbage`: an upload ended without a row for its blocks. `regular`: whatever else was left. */
export type ReclaimCause = 'released' | 'garbage' | 'regular'

/** What is let go within so many milliseconds is looked at together. */
const gather = 1_000
/** An upload that failed is likely to be sent again, and then finds its blocks here. */
export const garbageAge = 3_600_000

export function enqueueReleased(w: Writer, now: number): Promise<void> {
  return enqueue(w, 'released', now + gather)
}

export function enqueueGarbage(w: Writer, now: number): Promise<void> {
  return enqueue(w, 'garbage', now + garbageAge)
}

export function enqueue(w: Writer, cause: ReclaimCause, runAt: number): Promise<void> {
  return w.jobs.enqueue({ kind: reclaimJob, key: cause, runAt })
}
