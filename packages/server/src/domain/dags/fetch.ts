import { CID } from 'multiformats/cid'
import { toFault } from '../../kernel/faults.ts'
import { bytesInWords, count, durationInWords } from '../../kernel/words.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, PinRequest } from '../../ports/db/index.ts'
import type { FetchSession, Network } from '../../ports/network.ts'
import { failPins } from '../reclaim/index.ts'
import type { Completeness } from './completeness.ts'
import { applyMeasure } from './measure.ts'
import { walkWhileFetching, type FetchProgress } from './fetch-walk.ts'
import { explain } from './explain.ts'
import { backoff, isStalled, pause } from './patience.ts'

export interface FetcherParts {
  db: Db
  blocks: BlockStore
  network: Network
  clock: Clock
  completeness: Completeness
  /** Bytes that must stay free. */
  minFree: number
}

/** How one run of a fetch ended: nothing to do any more, or when to try again. */
export type FetchEnd = { done: true } | { done: false; runAt: number; reason: string }

export interface Fetcher {
  /**
   * Fetches what is missing of a DAG for every request that waits for it. Returns when it is complete, when nobody waits
   * any more, or when no block came for a while. Never throws for what peers do. `attempts`: runs so far, this one included.
   */
  run(dag: string, options: { attempts: number; signal: AbortSignal }): Promise<FetchEnd>
}

const reportMs = 1_000
const askedFirst = 100
const fullDisk = 'The storage of this server is full; fetching goes on when there is room.'
const nextTry = / Next try in [^.]*\.$/

export function createFetcher(parts: FetcherParts): Fetcher {
  const { db, blocks, network, clock, completeness, minFree } = parts

  /** Fails the requests whose time is over, with this reason or the one that they had; returns those that still wait. */
  async function expire(dag: string, reason?: string): Promise<PinRequest[]> {
    const now = clock.now()
    const waiting = await db.read((r) => r.pins.waiting(dag))
    const over = waiting.filter((request) => request.deadline <= now)
    if (over.length === 0) return waiting
    const why = reason ?? over[0]?.reason?.replace(nextTry, '') ?? 'The content did not arrive.'
    await db.write((w) => failPins(w, dag, { reason: `Given up at the deadline. ${why}`, ids: over.map(({ id }) => id) }, now))
    return waiting.filter((request) => request.deadline > now)
  }

  async function fetchNow(dag: string, session: FetchSession, origins: Set<string>, signal: AbortSignal): Promise<FetchEnd | undefined> {
    const stop = new AbortController()
    await using writer = completeness.writer()
    const progress: FetchProgress = { hasRoot: false, blocks: 0, bytes: 0, fetched: 0, waitingFor: 0, lastBlock: clock.now() }
    const watch = async (): Promise<FetchEnd | undefined> => {
      for (;;) {
        await pause(reportMs, AbortSignal.any([signal, stop.signal]))
        if (stop.signal.aborted || signal.aborted) return undefined
        const reason = explain(session.attempts(), network.status(), progress)
        const waiting = await expire(dag, reason)
        if (waiting.length === 0) return { done: true }
        const added = waiting.flatMap((request) => request.origins).filter((origin) => !origins.has(origin))
        if (added.length > 0) session.addOrigins(added)
        for (const origin of added) origins.add(origin)
        if (progress.waitingFor > 0 && (await blocks.free()) <= minFree) return { done: false, runAt: 0, reason: fullDisk }
        const quiet = clock.now() - progress.lastBlock
        if (isStalled(quiet, session.attempts(), network.status())) return { done: false, runAt: 0, reason }
        const words = progress.fetched > 0 ? `Fetching: ${count(progress.blocks, 'block')}, ${bytesInWords(progress.bytes)} so far.` : reason
        await db.write((w) => w.pins.settle(dag, { status: 'pinning', reason: words }))
        // This DAG is walked here.
        writer.touched.delete(dag)
        await completeness.passOn(writer)
      }
    }
    const walk = async () => {
      const known = (await db.read((r) => r.dags.missing(dag, askedFirst))).map(({ cid }) => CID.parse(cid))
      return walkWhileFetching({ root: CID.parse(dag), blocks, writer, session, known, progress, clock, signal: AbortSignal.any([signal, stop.signal]) })
    }
    const walking = walk()
    const watching = watch()
    let isComplete = false
    try {
      const first = await Promise.race([walking.then((size) => ({ size })), watching.then((end) => ({ end }))])
      if ('end' in first) return first.end
      await db.write(async (w) => {
        const row = await w.dags.lock(dag, clock.now())
        // Where the last holder has just gone, reclaim may be taking it away.
        if (row.holders > 0) await applyMeasure(w, row, { complete: true, ...first.size }, clock.now())
      })
      completeness.forget(dag)
      isComplete = true
      return { done: true }
    } finally {
      stop.abort()
      // Ends the iteration that the walk may be waiting for.
      await session.close()
      await Promise.allSettled([walking, watching])
      if (isComplete) writer.touched.delete(dag)
      else if (progress.fetched > 0) writer.touched.add(dag)
      await completeness.passOn(writer)
    }
  }

  /** Those that wait are told why, and when the next try is. */
  async function putOff(dag: string, attempts: number, why: string): Promise<FetchEnd> {
    const left = await expire(dag, why)
    if (left.length === 0) return { done: true }
    const runAt = Math.min(clock.now() + backoff(attempts), ...left.map((request) => request.deadline))
    const reason = `${why} Next try in ${durationInWords(runAt - clock.now())}.`
    await db.write((w) => w.pins.settle(dag, { status: 'queued', reason }))
    return { done: false, runAt, reason }
  }

  return {
    async run(dag, { attempts, signal }) {
      const waiting = await expire(dag)
      if (waiting.length === 0) return { done: true }
      await db.write((w) => w.pins.settle(dag, { status: 'pinning', reason: 'Asking for the content.' }))
      const origins = new Set(waiting.flatMap((request) => request.origins))
      const session = network.fetch({ origins: [...origins], signal })
      try {
        const end = await fetchNow(dag, session, origins, signal)
        signal.throwIfAborted()
        if (end?.done !== false) return { done: true }
        return await putOff(dag, attempts, end.reason)
      } catch (error) {
        const { retry, message } = toFault(error)
        if (retry || signal.aborted) throw error
        await db.write((w) => failPins(w, dag, { reason: message }, clock.now()))
        return { done: true }
      }
    },
  }
}
