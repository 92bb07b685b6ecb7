import type { PinRequest, Writer } from '../../ports/db/index.ts'
import { releaseDag } from '../reclaim/index.ts'

/** Takes a pin request away, and with it the root of the upload that it was made with (house rule: either ends both). False where it had gone already. */
export async function releasePin(w: Writer, request: PinRequest, now: number): Promise<boolean> {
  const { accountId, dag } = request
  await w.dags.lock(dag, now)
  const removed = await w.pins.remove(accountId, request.id)
  if (!removed) return false
  const ended = removed.uploadId !== undefined && (await w.uploads.removeRoot(accountId, removed.uploadId, dag))
  await releaseDag(w, accountId, dag, holdsOf(removed) + (ended ? 1 : 0), now)
  return true
}

/** A failed request holds nothing any more. */
export function holdsOf({ status }: PinRequest): number {
  return status === 'failed' ? 0 : 1
}
