import type { DagReplicas, DagState, PinStatus } from '../../ports/db/index.ts'

/** How far a DAG is that somebody wants. */
export type DagStanding = Exclude<PinStatus, 'failed'>

/**
 * `pinned`: complete here, and copied as often as is wanted, now or once (a copy that was lost is made again). `pinning`: more of it is to
 * come. `queued`: not even its root is here.
 */
export function standingOf({ state, replicas, lacksRoot = false }: { state: DagState; replicas?: DagReplicas; lacksRoot?: boolean }): DagStanding {
  if (state === 'complete') return replicas?.state === 'waiting' ? 'pinning' : 'pinned'
  return lacksRoot ? 'queued' : 'pinning'
}
