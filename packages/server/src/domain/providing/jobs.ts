import type { Writer } from '../../ports/db/index.ts'

/** One of each at a time, over all servers; `jobs/` has the handlers. */
export const announceJob = 'announce'
export const enrolJob = 'enrol-announcements'

export function enqueueAnnounce(w: Writer, runAt: number): Promise<void> {
  return w.jobs.enqueue({ kind: announceJob, key: '', runAt })
}

export function enqueueEnrol(w: Writer, runAt: number): Promise<void> {
  return w.jobs.enqueue({ kind: enrolJob, key: '', runAt })
}
