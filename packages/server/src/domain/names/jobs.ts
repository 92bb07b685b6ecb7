import type { Writer } from '../../ports/db/index.ts'

/** One at a time, over all servers; `jobs/` has the handler. */
export const republishJob = 'republish-names'

export function enqueueRepublish(w: Writer, runAt: number): Promise<void> {
  return w.jobs.enqueue({ kind: republishJob, key: '', runAt })
}
