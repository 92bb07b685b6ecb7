import type { DagReplicas, DagState, PinStatus } from '../../ports/db/index.ts'

/** How far a DAG is that somebody wants. */
export type DagStanding = Exclude<PinStatus, 'failed'>

/** What it goes by. */
export interface StandingFacts {
  state: DagState
  replicas?: DagReplicas
  lacksRoot?: boolean
  /** Nothing but uploads that wait for their first reader holds it. */
  isUnread?: boolean
}

/**
 * `pinned`: complete here, and copied as often as is wanted, now or once (a copy that was lost is made again). `pinning`: more of it is to
 * come. `queued`: not even its root is here, or nobody is to pin it before it is read.
 */
export function standingOf({ state, replicas, lacksRoot = false, isUnread = false }: StandingFacts): DagStanding {
  if (state === 'complete' && isUnread) return 'queued'
  if (state === 'complete') return replicas?.state === 'waiting' ? 'pinning' : 'pinned'
  return lacksRoot ? 'queued' : 'pinning'
}
