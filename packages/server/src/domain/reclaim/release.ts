import type { Writer } from '../../ports/db/index.ts'
import { system } from '../events/index.ts'
import { leaveReplicas } from '../replicas/index.ts'
import { enqueueReleased } from './jobs.ts'

/** So many of this account's uploads and pin requests want this DAG no longer (0: one went that did not count). The transaction has locked it. */
export async function releaseDag(w: Writer, accountId: string, dag: string, times: number, now: number): Promise<void> {
  const holders = await w.dags.release(accountId, dag, times, now)
  if (holders > 0) return
  await enqueueReleased(w, now)
  await leaveReplicas(w, dag, now)
}

/** Fails the requests that wait for this DAG (`ids` alone, where given). They hold it no longer. Returns how many. */
export async function failPins(w: Writer, dag: string, change: { reason: string; ids?: readonly string[] }, now: number): Promise<number> {
  await w.dags.lock(dag, now)
  const accounts = await w.pins.fail(dag, change)
  for (const accountId of accounts.toSorted()) {
    await releaseDag(w, accountId, dag, 1, now)
    w.events.note({ accountId, kind: 'pin.failed', actor: system, at: now, sample: { cid: dag } })
  }
  return accounts.length
}
