import type { Writer } from '../../ports/db/index.ts'

/** `jobs/fetch-dag.ts` has the handler. */
export const fetchJob = 'fetch-dag'

/** One fetch per DAG, shared by all that wait for it; it takes the turn of the account that asked last. */
export function enqueueFetch(w: Writer, dag: string, accountId: string, now: number): Promise<void> {
  return w.jobs.enqueue({ kind: fetchJob, key: dag, runAt: now, lane: accountId })
}
