import { newId } from '../../kernel/ids.ts'
import type { Dag, FetchState, PinRequest, PinRequestView, Writer } from '../../ports/db/index.ts'
import { enqueueFetch } from '../fetching/index.ts'

export type NewPin = Pick<PinRequest, 'accountId' | 'cid' | 'name' | 'meta' | 'origins' | 'deadline' | 'uploadId'> & {
  /** Default: a new one. */
  id?: string
  /** A stamp of the account that no other pin request has; default its next one. */
  created?: number
  /** What it waits for where the DAG is partial. */
  waitsFor: string
  /** What it waits for though the DAG is complete. */
  unconfirmed?: string
  /** How the fetch stands, where that is known before it runs. */
  fetch?: FetchState
}

/**
 * Makes a pin request of a DAG that this transaction has locked and holds for it: `pinned` where it is complete (`pinning` until its
 * replicas are confirmed), else `queued` with a fetch that all who wait for the DAG share.
 */
export async function recordPin(w: Writer, dag: Dag, { waitsFor, unconfirmed, fetch, ...pin }: NewPin, now: number): Promise<PinRequestView> {
  const waits = dag.state === 'partial'
  const request: PinRequest = {
    ...pin,
    id: pin.id ?? newId(now),
    dag: dag.cid,
    status: waits ? 'queued' : unconfirmed === undefined ? 'pinned' : 'pinning',
    reason: waits ? (fetch ? undefined : waitsFor) : unconfirmed,
    created: pin.created ?? (await w.accounts.nextStamp(pin.accountId, now)),
  }
  await w.pins.insert(request)
  if (waits) await enqueueFetch(w, dag.cid, pin.accountId, now, fetch)
  return { ...request, fetch, bytes: dag.bytes, blocks: dag.blocks }
}
