import type { Dag, PinRequest, PinRequestView, Writer } from '../../ports/db/index.ts'
import { enqueueFetch } from './jobs.ts'

export type NewPin = Pick<PinRequest, 'accountId' | 'cid' | 'name' | 'meta' | 'origins' | 'deadline' | 'uploadId'> & {
  /** What it waits for where the DAG is partial. */
  waitsFor: string
  /** What it waits for though the DAG is complete. */
  unconfirmed?: string
}

/**
 * Makes a pin request of a DAG that this transaction has locked and holds for it: `pinned` where it is complete (`pinning` until its
 * replicas are confirmed), else `queued` with a fetch that all who wait for the DAG share.
 */
export async function recordPin(w: Writer, dag: Dag, { waitsFor, unconfirmed, ...pin }: NewPin, now: number): Promise<PinRequestView> {
  const waits = dag.state === 'partial'
  const request: PinRequest = {
    ...pin,
    id: crypto.randomUUID(),
    dag: dag.cid,
    status: waits ? 'queued' : unconfirmed === undefined ? 'pinned' : 'pinning',
    reason: waits ? waitsFor : unconfirmed,
    created: await w.accounts.nextStamp(pin.accountId, now),
  }
  await w.pins.insert(request)
  if (waits) await enqueueFetch(w, dag.cid, pin.accountId, now)
  return { ...request, bytes: dag.bytes, blocks: dag.blocks }
}
