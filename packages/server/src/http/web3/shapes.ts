import type { DagStanding, DagStatus } from '../../domain/dags/index.ts'
import type { RootView } from '../../domain/uploads/index.ts'

/** What clients are told of the node that stores. */
export interface SelfParts {
  self: { name: string; region?: string }
  /** Where peers can dial us: each ends in our peer id. */
  delegates(): string[]
}

const words: Record<DagStanding, string> = { queued: 'PinQueued', pinning: 'Pinning', pinned: 'Pinned' }

/** No deal is made here, so there is none to tell of. */
const deals: readonly never[] = []

interface Stored extends Pick<DagStatus, 'standing' | 'bytes' | 'created' | 'completed' | 'copies'> {}

/** What everybody is told of a CID, which is told as it was asked for. */
export function statusView(parts: SelfParts, cid: string, dag: DagStatus) {
  const { missingCount, missing } = dag
  return { ...storedView(parts, cid, dag), missing: dag.completed === undefined ? { blocks: missingCount, first: missing } : undefined }
}

/** What an account is told of what it uploaded. */
export function uploadView(parts: SelfParts, root: RootView) {
  return {
    _id: root.cid,
    type: root.kind === 'car' ? 'Car' : 'Upload',
    name: root.name ?? `Upload at ${instant(root.created)}`,
    ...storedView(parts, root.cid, root),
    updated: instant(root.updated),
    parts: root.parts,
  }
}

function storedView({ self, delegates }: SelfParts, cid: string, { standing, bytes, created, completed, copies }: Stored) {
  const pin = { status: words[standing], updated: instant(completed ?? created), peerId: peerIdOf(delegates()), peerName: self.name, region: self.region ?? null }
  return { cid, dagSize: bytes ?? null, created: instant(created), pins: [pin, ...copies.map(({ node, peerId, since }) => ({ status: pin.status, updated: instant(since), peerId, peerName: node, region: null }))], deals }
}

function peerIdOf([delegate = '']: readonly string[]): string {
  return delegate.slice(delegate.lastIndexOf('/') + 1)
}

export function instant(ms: number): string {
  return new Date(ms).toISOString()
}
