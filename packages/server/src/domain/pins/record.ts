import type { Dag, PinRequest, PinRequestView, Writer } from '../../ports/db/index.ts'
import { enqueueFetch } from './jobs.ts'

export type NewPin = Pick<PinRequest, 'accountId' | 'cid' | 'name' | 'meta' | 'origins' | 'deadline' | 'uploadId'> & {
  /** What a request that cannot be `pinned` at once waits for. */
  waitsFor: string
}

/**
 * Makes a pin request of a DAG that this transaction has locked and holds for it: `pinned` where it is complete, else `queued` with
 * a fetch that all who wait for the DAG share.
 */
export async function recordPin(w: Writer, dag: Dag, { waitsFor, ...pin }: NewPin, now: number): Promise<PinRequestView> {
  const waits = dag.state === 'partial'
  const request: PinRequest = {
    ...pin,
    id: crypto.randomUUID(),
    dag: dag.cid,
    status: waits ? 'queued' : 'pinned',
    reason: waits ? waitsFor : undefined,
    created: await w.accounts.nextStamp(pin.accountId, now),
  }
  await w.pins.insert(request)
  if (waits) await enqueueFetch(w, dag.cid, now)
  return { ...request, bytes: dag.bytes, blocks: dag.blocks }
}
