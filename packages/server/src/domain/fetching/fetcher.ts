import { CID } from 'multiformats/cid'
import { toFault } from '../../kernel/faults.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, FetchState, Writer } from '../../ports/db/index.ts'
import type { Network } from '../../ports/network.ts'
import { applyMeasure, type Completeness } from '../dags/index.ts'
import type { Moderation } from '../moderation/index.ts'
import { standsAlone, type Standing } from '../replicas/index.ts'
import type { Quotas } from '../usage/index.ts'
import { explain, networkIsAway, storageIsFull } from './explain.ts'
import { hasNobody } from './foresight.ts'
import { noLimits, type FetchLimits } from './limits.ts'
import { backoff, idleBackoff, outageBackoff } from './patience.ts'
import { runFetch } from './run.ts'
import { shownAttempts } from './shown-attempts.ts'
import { fetchWaiters, maxOrigins } from './waiters.ts'
import { walkMemory } from './walk-memory.ts'
import type { FetchProgress } from './walk.ts'

export interface FetcherParts {
  db: Db
  blocks: BlockStore
  network: Network
  clock: Clock
  completeness: Completeness
  /** What a list blocks is not asked for, and fails those who wait. */
  moderation: Moderation
  /** Bytes that must stay free. */
  minFree: number
  /** Default: what is complete here is pinned. */
  standing?: Standing
  /** Default: everybody has room for it. */
  quotas?: Pick<Quotas, 'shed' | 'isOver'>
  /** Default: none. */
  limits?: FetchLimits
  /** Bytes that all fetches of this process remember together; default 512 MiB. */
  maxMemory?: number
  /** There are gateways or routers that may be asked for anything. */
  hasSources?: boolean
}

/** How one run of a fetch ended: nothing to do any more, or when to try again; `last`, in the transaction that has it tried then, tells those who wait. */
export type FetchEnd = { done: true } | { done: false; runAt: number; reason: string; last(w: Writer): Promise<void> }

export interface FetchTry {
  /** It was not tried since somebody asked for it. */
  isNew: boolean
  signal: AbortSignal
}

export interface Fetcher {
  /**
   * Fetches what is missing of a DAG for every request that waits for it. Returns when it is complete, when nobody waits
   * any more, or when no block came for a while. Throws where `signal` aborted, and where the database failed; never for what peers do.
   */
  run(dag: string, options: FetchTry): Promise<FetchEnd>
  /** Fails those who wait for a DAG that is not tried any more. */
  giveUp(dag: string, reason: string): Promise<void>
}

const askedFirst = 100
const goesOnLater = 'Waiting for its turn to go on.'

export function createFetcher(parts: FetcherParts): Fetcher {
  const { db, blocks, network, clock, completeness, minFree, standing = standsAlone, quotas, limits = noLimits, maxMemory = 512 << 20, hasSources = false } = parts
  const waiters = fetchWaiters(parts)
  const runParts = { ...parts, limits, memory: walkMemory(maxMemory) }

  /** What is known before a run. */
  const look = (dag: string) =>
    db.read(async (r) => ({
      row: await r.dags.get(dag),
      before: await r.fetches.get(dag),
      ...(await r.fetches.waiters(dag)),
      deadline: await r.fetches.firstDeadline(dag),
      origins: await r.fetches.origins(dag, maxOrigins),
      known: (await r.dags.missing(dag, askedFirst)).map(({ cid }) => CID.parse(cid)),
    }))

  /** Whether this server can look at all: a reason why not says nothing about the content. */
  async function outage(): Promise<string | undefined> {
    const { driver, state } = network.status()
    if (driver !== 'none' && state !== 'running') return networkIsAway
    return (await blocks.free()) <= minFree ? storageIsFull : undefined
  }

  /** It counts as no try, and nobody is given up for it. */
  const putOffForOutage = (state: FetchState) => waiters.putOff({ ...state, tries: state.tries - 1 }, { wait: outageBackoff(), expires: false })

  async function complete(dag: string, size: { bytes: number; blocks: number }): Promise<void> {
    waiters.leave(dag)
    await db.write(async (w) => {
      const row = await w.dags.lock(dag, clock.now())
      // Where the last holder has just gone, reclaim may be taking it away.
      if (row.holders > 0) await applyMeasure(w, row, { complete: true, ...size }, clock.now(), { standing, quotas })
    })
    completeness.forget(dag)
  }

  async function run(dag: string, { isNew, signal }: FetchTry): Promise<FetchEnd> {
    const start = await look(dag)
    // Whoever waits for one that is complete waits for its replicas.
    if (!start.any || start.row?.state === 'complete') return { done: true }
    const { before, known, origins } = start
    const root = CID.parse(dag)
    const progress: FetchProgress = { hasRoot: !known.some((cid) => cid.equals(root)), blocks: 0, bytes: 0, fetched: 0, waitingFor: known.length, ahead: 0, lastStep: clock.now() }
    const blank: FetchState = {
      dag,
      reason: '',
      blocks: before?.blocks ?? 0,
      bytes: before?.bytes ?? 0,
      missing: start.row?.missingCount ?? 1,
      attempts: before?.attempts ?? [],
      tries: isNew ? 1 : (before?.tries ?? 0) + 1,
      updated: clock.now(),
    }
    const cannot = await outage()
    if (cannot !== undefined) return putOffForOutage({ ...blank, reason: cannot })
    if (known.length > 0 && hasNobody(network.status(), { origins, hasSources })) {
      const state = { ...blank, attempts: [], reason: explain([], network.status(), progress) }
      return waiters.putOff(state, { wait: idleBackoff(blank.tries), expires: true })
    }

    const session = network.fetch({ root, origins, signal })
    const stateOf = (reason: string): FetchState => ({
      ...blank,
      reason,
      // While what is here is gone through again, it is not less than it was.
      blocks: Math.max(blank.blocks, progress.blocks),
      bytes: Math.max(blank.bytes, progress.bytes),
      missing: progress.waitingFor + progress.ahead,
      attempts: shownAttempts(session.attempts()),
      updated: clock.now(),
    })
    const follow = waiters.follow(session, start)
    try {
      const end = await runFetch(runParts, {
        root, session, known, progress, signal,
        report: (reason) => follow(progress, stateOf(reason)),
        complete: (size) => complete(dag, size),
      })
      if (end.is === 'complete' || end.is === 'unwanted') return { done: true }
      if (end.is === 'outage') return await putOffForOutage(stateOf(end.reason))
      // Where blocks came, it goes on as if it were new.
      const tries = progress.fetched > 0 ? 1 : blank.tries
      return await waiters.putOff({ ...stateOf(end.reason), tries }, { wait: backoff(tries) * (0.9 + Math.random() / 5), expires: true })
    } catch (error) {
      if (signal.aborted) {
        await waiters.rest(stateOf(goesOnLater)).catch(() => {})
        throw error
      }
      const { code, retry, message } = toFault(error)
      if (code === 'STORAGE_FULL') return await putOffForOutage(stateOf(storageIsFull))
      if (retry) return await waiters.putOff(stateOf(message), { wait: backoff(blank.tries), expires: false })
      await waiters.fail(stateOf(message))
      return { done: true }
    }
  }

  return {
    run,
    async giveUp(dag, reason) {
      const state = await db.read((r) => r.fetches.get(dag))
      await waiters.fail({ blocks: 0, bytes: 0, missing: 1, attempts: [], tries: 0, updated: clock.now(), ...state, dag, reason })
    },
  }
}
