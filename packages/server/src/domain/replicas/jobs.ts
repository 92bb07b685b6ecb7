import type { Writer } from '../../ports/db/index.ts'

/**
 * `jobs/replicas.ts` has the handlers. `replicate` brings the copies of one DAG in line with what is wanted of it; `mend` does the same for
 * those that nobody waits for, so that many of them keep no new ones waiting.
 */
export const replicateJob = 'replicate'
export const mendJob = 'mend'
/** Looks again at copies that were confirmed. */
export const lookJob = 'look-at-replicas'
/** After THOLE_NODE or THOLE_REPLICAS changed: goes through all DAGs once. */
export const followJob = 'follow-node'

export function enqueueReplicate(w: Writer, dag: string, now: number): Promise<void> {
  return w.jobs.enqueue({ kind: replicateJob, key: dag, runAt: now })
}

/** Nobody holds this DAG any more: copies that there are of it go too. Part of the transaction that let it go. */
export async function leaveReplicas(w: Writer, dag: string, now: number): Promise<void> {
  if (await w.replicas.leave(dag, now)) await enqueueReplicate(w, dag, now)
}
