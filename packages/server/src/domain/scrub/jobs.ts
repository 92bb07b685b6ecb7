import type { Writer } from '../../ports/db/index.ts'

/** One of each at a time; `jobs/` has the handlers. */
export const scrubJob = 'scrub'
export const repairJob = 'repair'

export function enqueueScrub(w: Writer, runAt: number): Promise<void> {
  return w.jobs.enqueue({ kind: scrubJob, key: '', runAt })
}

export function enqueueRepair(w: Writer, now: number): Promise<void> {
  return w.jobs.enqueue({ kind: repairJob, key: '', runAt: now })
}
