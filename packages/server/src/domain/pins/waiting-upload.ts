import type { PinRequestView, Upload } from '../../ports/db/index.ts'

/** What is told of an upload that waits for its first reader, where a client expects pin requests: one a root, with the ids that they get then. */
export function requestsOfWaiting({ id, accountId, created, roots }: Upload): PinRequestView[] {
  return roots.map(({ cid, dag, name }, position) => {
    const reason = 'Stored and served. It is pinned when somebody reads it through a gateway for the first time.'
    return { id: waitingPinId(id, position), accountId, cid, dag, name, origins: [], status: 'queued', reason, created, deadline: 0, uploadId: id }
  })
}

/** The id of the pin request that the first reader of a root makes: for the first root of an upload, the upload's own. */
export function waitingPinId(uploadId: string, position: number): string {
  const last = (Number.parseInt(uploadId.slice(-4), 16) + position) & 0xffff
  return uploadId.slice(0, -4) + last.toString(16).padStart(4, '0')
}
