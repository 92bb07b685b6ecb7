import { bytesInWords, count } from '../../kernel/words.ts'
import type { FetchState, Writer } from '../../ports/db/index.ts'
import type { FetchSession } from '../../ports/network.ts'
import { failPins } from '../reclaim/index.ts'
import type { FetchEnd, FetcherParts } from './fetcher.ts'
import { fetchReports } from './reports.ts'
import type { FetchProgress } from './walk.ts'

/** What those who wait for a DAG are told, and when they are given up. */
export interface FetchWaiters {
  /** Has them told what is waited for until the next try. `expires`: whoever's deadline is over has failed with that reason. */
  putOff(state: FetchState, options: { wait: number; expires: boolean }): Promise<FetchEnd>
  /** What they wait for is not being fetched at the moment. */
  rest(state: FetchState): Promise<void>
  /** Fails all of them. */
  fail(state: FetchState): Promise<void>
  /** The DAG is about to be complete: no report follows. */
  leave(dag: string): void
  /** To be called each second of a run: tells them how far it is, and the session of those who came since. */
  follow(session: FetchSession, start: { wanted: number; deadline?: number }): (progress: FetchProgress, state: FetchState) => Promise<'goes on' | 'unwanted'>
}

export const maxOrigins = 256
const expireAtOnce = 500

export function fetchWaiters({ db, clock, quotas }: Pick<FetcherParts, 'db' | 'clock' | 'quotas'>): FetchWaiters {
  const reports = fetchReports(db)
  const deadlineOf = async (dag: string) => (await db.read((r) => r.fetches.firstDeadline(dag))) ?? Infinity

  /** Fails the requests whose time is over; returns whether any still waits. */
  async function expire({ dag, reason }: FetchState): Promise<boolean> {
    for (;;) {
      const now = clock.now()
      const ids = await db.read((r) => r.fetches.overdue(dag, now, expireAtOnce))
      if (ids.length > 0) await db.write((w) => failPins(w, dag, { reason: `Given up at the deadline. ${reason}`, ids }, now))
      if (ids.length < expireAtOnce) return (await db.read((r) => r.fetches.waiters(dag))).any
    }
  }

  /** Fails those whose plan has no room for what is here of it; returns whether any still waits. */
  async function shed(dag: string): Promise<boolean> {
    await db.write(async (w) => {
      await w.dags.lock(dag, clock.now())
      await quotas?.shed(w, dag)
    })
    return (await db.read((r) => r.fetches.waiters(dag))).any
  }

  async function tell(w: Writer, state: FetchState): Promise<void> {
    // Whoever waits for one that is complete waits for its replicas.
    if ((await w.dags.get(state.dag))?.state !== 'partial') return
    await w.fetches.put([state])
    await w.pins.settle(state.dag, { status: 'queued' })
  }

  async function rest(state: FetchState): Promise<void> {
    reports.drop(state.dag)
    await db.write((w) => tell(w, state))
  }

  return {
    rest,
    leave: reports.drop,

    async putOff(state, { wait, expires }) {
      const { dag, reason } = state
      if (expires && !(await expire(state))) {
        await rest({ ...state, nextTry: undefined, updated: clock.now() })
        return { done: true }
      }
      const deadline = expires ? await deadlineOf(dag) : Infinity
      const now = clock.now()
      const nextTry = Math.round(Math.min(now + wait, deadline))
      reports.drop(dag)
      return { done: false, runAt: nextTry, reason, last: (w) => tell(w, { ...state, nextTry, updated: now }) }
    },

    async fail(state) {
      reports.drop(state.dag)
      await db.write(async (w) => {
        await failPins(w, state.dag, { reason: state.reason }, clock.now())
        await w.fetches.put([{ ...state, nextTry: undefined, updated: clock.now() }])
      })
    },

    follow(session, { wanted: first, deadline: firstDeadline = Infinity }) {
      let wanted = first
      let deadline = firstDeadline
      let isPinning = false
      return async (progress, state) => {
        const { dag } = state
        const waiters = await db.read((r) => r.fetches.waiters(dag))
        const isNews = waiters.wanted !== wanted
        if (isNews) {
          session.addOrigins(await db.read((r) => r.fetches.origins(dag, maxOrigins)))
          deadline = await deadlineOf(dag)
          wanted = waiters.wanted
        }
        const isLate = deadline <= clock.now()
        if (isLate ? !(await expire(state)) : !waiters.any) return 'unwanted'
        if (isLate) deadline = await deadlineOf(dag)
        if (quotas && progress.fetched > 0 && (await db.read((r) => quotas.isOver(r, dag))) && !(await shed(dag))) return 'unwanted'
        if (progress.blocks > 0 && (isNews || !isPinning)) await db.write((w) => beginPinning(w, dag))
        isPinning = progress.blocks > 0
        const comes = `Fetching: ${count(progress.blocks, 'block')}, ${bytesInWords(progress.bytes)} so far.`
        reports.put(progress.fetched > 0 ? { ...state, reason: comes } : state)
        return 'goes on'
      }
    },
  }
}

async function beginPinning(w: Writer, dag: string): Promise<void> {
  await w.pins.settle(dag, { status: 'pinning' })
  await w.dags.noteParts(dag)
}
