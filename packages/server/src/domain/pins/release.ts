import type { PinRequest, Writer } from '../../ports/db/index.ts'

/** Takes a pin request away, and with it the root of the upload that it was made with (house rule: either ends both). */
export async function releasePin(w: Writer, request: PinRequest, now: number): Promise<void> {
  await w.dags.lock(request.dag, now)
  await w.pins.remove(request.accountId, request.id)
  const ended = request.uploadId !== undefined && (await w.uploads.removeRoot(request.accountId, request.uploadId, request.dag))
  await w.dags.addHolders(request.dag, ended ? -2 : -1)
}
