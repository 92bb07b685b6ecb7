import { CID } from 'multiformats/cid'
import { toFault } from '../../kernel/faults.ts'
import { bytesInWords, count } from '../../kernel/words.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, FetchState } from '../../ports/db/index.ts'
import type { FetchSession, Network } from '../../ports/network.ts'
import { failPins } from '../reclaim/index.ts'
import { standsAlone, type Standing } from '../replicas/index.ts'
import type { Completeness } from './completeness.ts'
import { explain, networkIsAway, storageIsFull } from './explain.ts'
import { noLimits, type FetchLimits } from './fetch-limits.ts'
import { fetchReports } from './fetch-reports.ts'
import { runFetch, type RunEnd } from './fetch-run.ts'
import type { FetchProgress } from './fetch-walk.ts'
import { applyMeasure } from './measure.ts'
import { backoff, idleBackoff, outageBackoff } from './patience.ts'
import { shownAttempts } from './shown-attempts.ts'
import { walkMemory } from './walk-memory.ts'

export interface FetcherParts {
  db: Db
  blocks: BlockStore
  network: Network
  clock: Clock
  completeness: Completeness
  /** Bytes that must stay free. */
  minFree: number
  /** Default: what is complete here is pinned. */
  standing?: Standing
  /** Default: none. */
  limits?: FetchLimits
  /** Bytes that all fetches of this process remember together; default 512 MiB. */
  maxMemory?: number
  /** There are gateways or routers that may be asked for anything. */
  hasSources?: boolean
}

/** How one run of a fetch ended: nothing to do any more, or when to try again. */
export type FetchEnd = { done: true } | { done: false; runAt: number; reason: string }

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
const maxOrigins = 256
const expireAtOnce = 500
const goesOnLater = 'Waiting for its turn to go on.'

export function createFetcher(parts: FetcherParts): Fetcher {
  const { db, blocks, network, clock, completeness, minFree, standing = standsAlone, limits = noLimits, maxMemory = 512 << 20, hasSources = false } = parts
  const reports = fetchReports(db)
  const runParts = { ...parts, limits, memory: walkMemory(maxMemory) }

  /** Fails the requests whose time is over; returns whether any still waits. */
  async function expire(dag: string, why: string): Promise<boolean> {
    const reason = `Given up at the deadline. ${why}`
    for (;;) {
      const now = clock.now()
      const ids = await db.read((r) => r.fetches.overdue(dag, now, expireAtOnce))
      if (ids.length > 0) await db.write((w) => failPins(w, dag, { reason, ids }, now))
      if (ids.length < expireAtOnce) return (await db.read((r) => r.fetches.waiters(dag))).any
    }
  }

  /** Whether this server can look at all: a reason why not says nothing about the content. */
  async function outage(): Promise<string | undefined> {
    const { driver, state } = network.status()
    if (driver !== 'none' && state !== 'running') return networkIsAway
    return (await blocks.free()) <= minFree ? storageIsFull : undefined
  }

  /** Those that wait are told why, and when the next try is. */
  async function putOff(state: FetchState, wait: number, expires: boolean): Promise<FetchEnd> {
    const { dag, reason } = state
    if (expires && !(await expire(dag, reason))) {
      await write({ ...state, nextTry: undefined })
      return { done: true }
    }
    const now = clock.now()
    const deadline = (expires && (await db.read((r) => r.fetches.firstDeadline(dag)))) || Infinity
    const nextTry = Math.round(Math.min(now + wait, deadline))
    await write({ ...state, nextTry, updated: now }, 'queued')
    return { done: false, runAt: nextTry, reason }
  }

  async function write(state: FetchState, status?: 'queued'): Promise<void> {
    reports.drop(state.dag)
    await db.write(async (w) => {
      await w.fetches.put([state])
      if (status) await w.pins.settle(state.dag, { status })
    })
  }

  async function complete(dag: string, size: { bytes: number; blocks: number }): Promise<void> {
    reports.drop(dag)
    await db.write(async (w) => {
      const row = await w.dags.lock(dag, clock.now())
      // Where the last holder has just gone, reclaim may be taking it away.
      if (row.holders > 0) await applyMeasure(w, row, { complete: true, ...size }, clock.now(), standing)
    })
    completeness.forget(dag)
  }

  /** Hears each second of a run; tells those who wait, and the session of those who came since. */
  function follower(dag: string, session: FetchSession, stateOf: (reason: string) => FetchState, start: { wanted: number; deadline?: number }) {
    let { wanted, deadline = Infinity } = start
    let isPinning = false
    return async (progress: FetchProgress, reason: string): Promise<'goes on' | 'unwanted'> => {
      const waiters = await db.read((r) => r.fetches.waiters(dag))
      const isNews = waiters.wanted !== wanted
      if (isNews) {
        const [origins, first] = await db.read(async (r) => [await r.fetches.origins(dag, maxOrigins), await r.fetches.firstDeadline(dag)])
        session.addOrigins(origins)
        wanted = waiters.wanted
        deadline = first ?? Infinity
      }
      if (deadline <= clock.now()) {
        if (!(await expire(dag, reason))) return 'unwanted'
        deadline = (await db.read((r) => r.fetches.firstDeadline(dag))) ?? Infinity
      } else if (!waiters.any) return 'unwanted'
      if (progress.blocks > 0 && (isNews || !isPinning)) await db.write((w) => w.pins.settle(dag, { status: 'pinning' }))
      isPinning = progress.blocks > 0
      const comes = progress.fetched > 0 ? `Fetching: ${count(progress.blocks, 'block')}, ${bytesInWords(progress.bytes)} so far.` : reason
      reports.put(stateOf(comes))
      return 'goes on'
    }
  }

  return {
    async run(dag, { isNew, signal }) {
      const start = await db.read(async (r) => ({
        row: await r.dags.get(dag),
        before: await r.fetches.get(dag),
        ...(await r.fetches.waiters(dag)),
        deadline: await r.fetches.firstDeadline(dag),
        origins: await r.fetches.origins(dag, maxOrigins),
        known: (await r.dags.missing(dag, askedFirst)).map(({ cid }) => CID.parse(cid)),
      }))
      // Whoever waits for one that is complete waits for its replicas.
      if (!start.any || start.row?.state === 'complete') return { done: true }
      const { before } = start
      const root = CID.parse(dag)
      const progress: FetchProgress = { hasRoot: !start.known.some((cid) => cid.equals(root)), blocks: 0, bytes: 0, fetched: 0, waitingFor: start.known.length, ahead: 0, lastStep: clock.now() }
      const tries = isNew ? 1 : (before?.tries ?? 0) + 1
      const blank: FetchState = { dag, reason: '', blocks: 0, bytes: 0, missing: start.row?.missingCount ?? 1, attempts: [], tries, updated: clock.now(), ...(before && { blocks: before.blocks, bytes: before.bytes, attempts: before.attempts }) }

      const cannot = await outage()
      if (cannot !== undefined) return putOff({ ...blank, reason: cannot, tries: tries - 1 }, outageBackoff(), false)
      if (start.known.length > 0 && start.origins.length === 0 && !hasSources && network.status().peers === 0) {
        return putOff({ ...blank, attempts: [], reason: explain([], network.status(), progress) }, idleBackoff(tries), true)
      }

      const session = network.fetch({ root, origins: start.origins, signal })
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
      const follow = follower(dag, session, stateOf, start)
      try {
        const end: RunEnd = await runFetch(runParts, {
          root, session, known: start.known, progress, signal,
          report: (reason) => follow(progress, reason),
          complete: (size) => complete(dag, size),
        })
        if (end.is === 'complete' || end.is === 'unwanted') return { done: true }
        if (end.is === 'outage') return await putOff({ ...stateOf(end.reason), tries: tries - 1 }, outageBackoff(), false)
        // Blocks came, so that it goes on as if it were new.
        const state = { ...stateOf(end.reason), tries: progress.fetched > 0 ? 1 : tries }
        return await putOff(state, backoff(state.tries) * (0.9 + Math.random() / 5), true)
      } catch (error) {
        if (signal.aborted) {
          await write(stateOf(goesOnLater), 'queued').catch(() => {})
          throw error
        }
        const { code, retry, message } = toFault(error)
        if (code === 'STORAGE_FULL') return await putOff({ ...stateOf(storageIsFull), tries: tries - 1 }, outageBackoff(), false)
        if (retry) return await putOff(stateOf(message), backoff(tries), false)
        await db.write((w) => failPins(w, dag, { reason: message }, clock.now()))
        await write(stateOf(message))
        return { done: true }
      }
    },

    async giveUp(dag, reason) {
      const state = await db.read((r) => r.fetches.get(dag))
      await db.write(async (w) => {
        await failPins(w, dag, { reason }, clock.now())
        if (state) await w.fetches.put([{ ...state, reason, nextTry: undefined, updated: clock.now() }])
      })
    },
  }
}
