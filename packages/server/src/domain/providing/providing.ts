import { demand, type Principal } from '../access/index.ts'
import type { Standing } from '../replicas/index.ts'
import { announceDue, type AnnounceParts } from './announce-due.ts'
import { enrolHeld } from './enrol.ts'
import { enqueueAnnounce, enqueueEnrol } from './jobs.ts'
import { readState, type ProvidingState } from './state.ts'

export interface ProvidingParts extends AnnounceParts {
  /** Why nothing is ever announced with this configuration; undefined where it is. */
  off?: string
}

/** Telling the public network what is held here, on a schedule of our own. */
export interface Providing {
  /** Nothing is announced: there are no jobs to be run. */
  readonly isIdle: boolean
  /** Has every root announced that is found complete for somebody who holds it, in the transaction that finds it. */
  noting(standing: Standing): Standing
  /** Looks soon at what is due, and at what was held before anything was announced. */
  start(): Promise<void>
  /** One turn: announces what is due, and sets the next turn. */
  announce(signal: AbortSignal): Promise<void>
  enrol(signal: AbortSignal): Promise<void>
  state(principal: Principal): Promise<ProvidingState>
  close(): void
}

/** What is noted in so many milliseconds is announced together. */
const gather = 1_000
/** A hint may be lost with its process. */
const longest = 300_000
/** Where nothing can be announced now: first, and at most. */
const restFirst = 1_000
const restLast = 60_000

export function createProviding({ off, ...parts }: ProvidingParts): Providing {
  const { db, clock, rate } = parts
  let hint: NodeJS.Timeout | undefined
  /** Turns in a row in which nothing could be announced. */
  let vain = 0

  /** The row alone is what counts; this only has it looked at soon. */
  function hintSoon(): void {
    hint ??= setTimeout(() => {
      hint = undefined
      db.write((w) => enqueueAnnounce(w, clock.now())).catch(() => {})
    }, gather)
  }

  return {
    isIdle: off !== undefined,

    noting(standing) {
      if (off !== undefined) return standing
      return async (w, dag, now) => {
        await w.announcements.add([dag], now)
        hintSoon()
        return standing(w, dag, now)
      }
    },

    async start() {
      if (off !== undefined) return
      await db.write(async (w) => {
        await enqueueEnrol(w, clock.now())
        await enqueueAnnounce(w, clock.now() + gather)
      })
    },

    async announce(signal) {
      const { next, waits } = await announceDue(parts, signal)
      const now = clock.now()
      vain = waits === undefined ? 0 : vain + 1
      const rest = vain > 0 ? Math.min(restFirst * 2 ** (vain - 1), restLast) : Math.min(Math.max((next ?? Infinity) - now, gather), longest)
      await db.write((w) => enqueueAnnounce(w, now + rest))
    },

    async enrol(signal) {
      await enrolHeld(parts, signal)
      await db.write((w) => enqueueAnnounce(w, clock.now()))
    },

    state(principal) {
      demand(principal, 'admin')
      return db.read((r) => readState(r, clock.now(), { off, rate }))
    },

    close: () => clearTimeout(hint),
  }
}
