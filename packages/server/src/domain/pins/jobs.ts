import type { Writer } from '../../ports/db/index.ts'

/** Work that pins and uploads leave behind; `jobs/` has one handler for each. */
export const fetchJob = 'fetch-dag'
export const settlePartialsJob = 'settle-partials'

/** One fetch per DAG, shared by all that wait for it. */
export function enqueueFetch(w: Writer, dag: string, now: number): Promise<void> {
  return w.jobs.enqueue({ kind: fetchJob, key: dag, runAt: now })
}
