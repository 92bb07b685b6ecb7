import type { FetchState, Writer } from '../../ports/db/index.ts'

/** `jobs/fetch-dag.ts` has the handler. */
export const fetchJob = 'fetch-dag'

/** One fetch per DAG, shared by all that wait for it; it takes the turn of the account that asked last. `foreseen`: its first try need not be made. */
export function enqueueFetch(w: Writer, dag: string, accountId: string, now: number, foreseen?: FetchState): Promise<void> {
  const { nextTry } = foreseen ?? {}
  return w.jobs.enqueue({ kind: fetchJob, key: dag, runAt: nextTry ?? now, isTried: nextTry !== undefined, lane: accountId })
}
