import type { Writer } from '../../ports/db/index.ts'

/** `jobs/` has one handler for each. */
export const settleDagJob = 'settle-dag'
export const settlePartialsJob = 'settle-partials'

/** Looks again at one DAG: blocks that it waited for have arrived, or it was too large to be walked within a request. */
export function enqueueSettle(w: Writer, dag: string, now: number): Promise<void> {
  return w.jobs.enqueue({ kind: settleDagJob, key: dag, runAt: now })
}

/** What is stored within so many milliseconds is looked for together. */
const gather = 1_000

/** Looks again at those partial DAGs of which nobody keeps in mind what they wait for; `rest`: milliseconds until then. False where there are none. */
export async function enqueueSettlePartials(w: Writer, now: number, rest = gather): Promise<boolean> {
  const [first] = await w.dags.partial(1)
  if (first) await w.jobs.enqueue({ kind: settlePartialsJob, key: '', runAt: now + Math.max(gather, rest) })
  return first !== undefined
}
