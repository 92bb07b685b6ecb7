import type { Dag, FetchState, Writer } from '../../ports/db/index.ts'
import type { Network, NetworkStatus } from '../../ports/network.ts'
import type { Measure } from '../dags/index.ts'
import { explain } from './explain.ts'
import { idleBackoff } from './patience.ts'

/** A new request of a partial DAG, which the transaction has locked and does not hold for it yet. */
export interface NewWaiter {
  dag: Dag
  measure?: Measure
  origins: readonly string[]
  deadline: number
}

/**
 * What a fetch would end with that ran now, where that is sure: there is nobody to ask. It is written down as if one had run, and so the
 * fetch may begin when the next one is due. Undefined where only a run can tell.
 */
export type Foresee = (w: Writer, waiter: NewWaiter, now: number) => Promise<FetchState | undefined>

export interface ForesightParts {
  network: Network
  /** There are gateways or routers that may be asked for anything. */
  hasSources: boolean
}

export function foresight({ network, hasSources }: ForesightParts): Foresee {
  return async (w, { dag, measure, origins, deadline }, now) => {
    const status = network.status()
    if (measure?.complete !== false || !hasNobody(status, { origins, hasSources })) return undefined
    const { missing, missingCount } = measure
    const reason = explain([], status, { hasRoot: missing.every(({ cid }) => cid !== dag.cid), waitingFor: missing.length })
    // Nobody has asked for what this transaction has made a row for.
    const isNew = dag.holders === 0 && dag.created === now
    const before = isNew ? undefined : await w.fetches.get(dag.cid)
    const isSaid = before?.reason === reason && before.attempts.length === 0 && before.nextTry !== undefined && before.nextTry > now
    // Others who wait may know an address: only what was found since they came tells that none does.
    if (dag.holders > 0 && !isSaid) return undefined
    const nextTry = Math.min(now + idleBackoff(1), deadline)
    if (isSaid && before.nextTry! <= nextTry) return before
    const state: FetchState = { dag: dag.cid, reason, blocks: before?.blocks ?? 0, bytes: before?.bytes ?? 0, missing: missingCount, attempts: [], tries: 1, nextTry, updated: now }
    await w.fetches.put([state])
    return state
  }
}

/** Whether nobody could be asked for a DAG. */
export function hasNobody({ driver, state, peers }: NetworkStatus, { origins, hasSources }: { origins: readonly string[]; hasSources: boolean }): boolean {
  return driver === 'none' || (state === 'running' && peers === 0 && origins.length === 0 && !hasSources)
}
