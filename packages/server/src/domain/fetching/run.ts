import type { CID } from 'multiformats/cid'
import { pause } from '../../kernel/pause.ts'
import type { FetchSession } from '../../ports/network.ts'
import type { Completeness } from '../dags/index.ts'
import { explain, memoryIsFull, networkIsAway, storageIsFull } from './explain.ts'
import type { FetcherParts } from './fetcher.ts'
import type { FetchLimits } from './limits.ts'
import { isStalled } from './patience.ts'
import { NoRoom, type WalkMemory } from './walk-memory.ts'
import { walkWhileFetching, type FetchProgress } from './walk.ts'

/** Why a run ended. `outage`: this server could not look, which says nothing about the content. */
export type RunEnd = { is: 'complete' } | { is: 'unwanted' } | { is: 'stalled' | 'outage'; reason: string }

export interface FetchRun {
  root: CID
  session: FetchSession
  /** Blocks that were missing when somebody looked last. */
  known: readonly CID[]
  progress: FetchProgress
  signal: AbortSignal
  /** Called each second with what is waited for, in words; ends the run where nobody waits any more. */
  report(reason: string): Promise<'goes on' | 'unwanted'>
  /** Writes down that all of it is here; what is here stays until this resolves. */
  complete(size: { bytes: number; blocks: number }): Promise<void>
}

export type RunParts = Pick<FetcherParts, 'blocks' | 'network' | 'clock' | 'minFree' | 'moderation'> & { completeness: Completeness; limits: FetchLimits; memory: WalkMemory }

const lookMs = 200
const reportMs = 1_000

/** Fetches until all of it is here, or until there is a reason to end. Throws what is wrong with the DAG itself. */
export async function runFetch(parts: RunParts, run: FetchRun): Promise<RunEnd> {
  const { blocks, network, clock, minFree, completeness, limits, moderation, memory } = parts
  const { root, session, known, progress, signal, report, complete } = run
  const dag = root.toString()
  const stop = new AbortController()
  const ended = AbortSignal.any([signal, stop.signal])
  await using writer = completeness.writer()
  using share = memory.open()

  /** What ends the run, seen from outside of the walk. */
  async function watch(): Promise<RunEnd | undefined> {
    let reported = clock.now()
    for (;;) {
      await pause(lookMs, ended)
      if (ended.aborted) return undefined
      const status = network.status()
      const reason = explain(session.attempts(), status, progress)
      const now = clock.now()
      const isAway = status.driver !== 'none' && status.state !== 'running'
      if (!isAway && isStalled(now - progress.lastStep, session.attempts(), status, progress)) return { is: 'stalled', reason }
      if (isAway && now - progress.lastStep > awayMs) return { is: 'outage', reason: networkIsAway }
      if (now - reported < reportMs) continue
      reported = now
      if (progress.waitingFor > 0 && (await blocks.free()) <= minFree) return { is: 'outage', reason: storageIsFull }
      if ((await report(reason)) === 'unwanted') return { is: 'unwanted' }
      // This DAG is walked here.
      writer.touched.delete(dag)
      await completeness.passOn(writer)
    }
  }

  async function walk(): Promise<RunEnd> {
    try {
      await complete(await walkWhileFetching({ root, blocks, writer, session, known, limits, moderation, memory: share, progress, clock, signal: ended }))
      return { is: 'complete' }
    } catch (error) {
      if (error instanceof NoRoom) return { is: 'outage', reason: memoryIsFull }
      throw error
    }
  }

  const walking = walk()
  const watching = watch()
  let end: RunEnd | undefined
  try {
    end = (await Promise.race([walking, watching])) ?? (await walking)
    return end
  } finally {
    stop.abort()
    // Ends the iteration that the walk may be waiting for.
    await session.close()
    await Promise.allSettled([walking, watching])
    if (end?.is === 'complete') writer.touched.delete(dag)
    else if (progress.fetched > 0) writer.touched.add(dag)
    await completeness.passOn(writer)
  }
}

/** The network process is back within a second or two, or something is the matter with it. */
const awayMs = 15_000
