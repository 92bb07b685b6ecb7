import { toFault } from '../../kernel/faults.ts'
import { demand, type Principal } from '../access/index.ts'
import { hashText } from './hash-text.ts'
import { enqueueRepair, enqueueScrub } from './jobs.ts'
import { createLookThrough, type LookParts } from './look-through.ts'
import { pacer } from './pace.ts'
import { newRound, readRate, readState, writeRate, writeState, type RoundUnderWay, type ScrubRound, type ScrubState } from './scrub-state.ts'
import { noteDamage } from './watch-damage.ts'

export interface ScrubberParts extends LookParts {
  /** Milliseconds within which every block is read once; 0: only when asked. */
  period: number
  /** Bytes a second. */
  rate: number
}

export interface ScrubProgress {
  /** The round under way; `share` of the store that it has seen. */
  now?: ScrubRound & { share: number; rate: number }
  /** The last round that came to its end. */
  last?: ScrubRound & { finished: number }
  /** When the next round is due; undefined while one is under way, and where there is no schedule. */
  next?: number
  /** What is known to be damaged now. */
  damaged: { blocks: number; dags: number }
}

/** How one run ended: nothing is due any more, or when to run again. */
export type ScrubEnd = { done: true } | { done: false; runAt: number; reason: string }

export interface Scrubber {
  /** Sees to it that the next round comes. */
  schedule(): Promise<void>
  /** Goes on with the round under way, or begins the one that is due. */
  run(signal: AbortSignal): Promise<ScrubEnd>
  /** Begins a round now, or changes the rate of the one under way. Needs the scope `admin`. */
  start(principal: Principal, options: { rate?: number }): Promise<ScrubProgress>
  /** Needs the scope `admin`. */
  progress(principal: Principal): Promise<ScrubProgress>
}

const saveMs = 5_000
const retryMs = 600_000

/** Reads every block once a period, at a rate that leaves the disk to others; a restart goes on where it was. */
export function createScrubber(parts: ScrubberParts): Scrubber {
  const { db, blocks, clock, log, period, rate: usualRate } = parts
  const lookThrough = createLookThrough(parts)

  /** A clock that went back puts nothing off for longer than the period. */
  function dueAt({ last }: ScrubState): number {
    return Math.min((last?.started ?? clock.now()) + period, clock.now() + period)
  }

  function nextRound(state: ScrubState): ScrubEnd {
    return { done: false, runAt: dueAt(state), reason: 'Until the next round.' }
  }

  /** Returns the rate that was asked for meanwhile. */
  function save(now: RoundUnderWay): Promise<number | undefined> {
    return db.write(async (w) => {
      await writeState(w, { ...(await readState(w)), now })
      return readRate(w)
    })
  }

  async function walk(now: RoundUnderWay, signal: AbortSignal): Promise<void> {
    const pace = pacer()
    let rate = await db.read(readRate)
    let saved = clock.now()
    for await (const step of blocks.scrub({ signal, after: now.cursor })) {
      now.cursor = step.cursor
      now.round.blocks += step.blocks
      now.round.bytes += step.bytes
      now.round.damaged += step.damaged.length
      if (step.damaged.length > 0) await noteDamage(db, step.damaged.map(hashText), clock.now())
      await pace(step.bytes, rate ?? usualRate, signal)
      signal.throwIfAborted()
      if (clock.now() - saved < saveMs) continue
      saved = clock.now()
      rate = await save(now)
    }
    // Blocks may be gone, or have lost their names, which only those who need them see.
    await lookThrough.all(signal)
  }

  async function finish({ round }: RoundUnderWay): Promise<ScrubState> {
    const state = { last: { ...round, finished: clock.now() } }
    await db.write(async (w) => {
      await writeState(w, state)
      await writeRate(w, undefined)
    })
    log.info({ ...state.last }, 'every block was read')
    return state
  }

  async function progress(): Promise<ScrubProgress> {
    const { bytes } = await blocks.stats()
    return db.read(async (r) => {
      const { now, last } = await readState(r)
      const damaged = await r.damage.count()
      if (now === undefined) return { last, next: period > 0 ? dueAt({ last }) : undefined, damaged }
      const share = bytes === 0 ? 1 : Math.min(1, now.round.bytes / bytes)
      return { now: { ...now.round, share, rate: (await readRate(r)) ?? usualRate }, last, damaged }
    })
  }

  return {
    async schedule() {
      await db.write(async (w) => {
        const state = await readState(w)
        if (state.now) await enqueueScrub(w, clock.now())
        else if (period > 0) await enqueueScrub(w, dueAt(state))
        await enqueueRepair(w, clock.now())
      })
    },

    async run(signal) {
      const state = await db.read(readState)
      if (!state.now && period === 0) return { done: true }
      if (!state.now && state.last && dueAt(state) > clock.now()) return nextRound(state)
      const now = state.now ?? newRound(clock.now())
      try {
        await walk(now, signal)
      } catch (error) {
        await save(now)
        if (signal.aborted) throw error
        const found = toFault(error)
        log.error({ error: found.cause ?? found }, 'the scrub cannot go on now, and will try again')
        return { done: false, runAt: clock.now() + retryMs, reason: found.message }
      }
      const ended = await finish(now)
      return period === 0 ? { done: true } : nextRound(ended)
    },

    async start(principal, { rate }) {
      demand(principal, 'admin')
      await db.write(async (w) => {
        const state = await readState(w)
        if (!state.now) await writeState(w, { ...state, now: newRound(clock.now()) })
        if (rate !== undefined) await writeRate(w, rate)
        await enqueueScrub(w, clock.now())
      })
      return progress()
    },

    async progress(principal) {
      demand(principal, 'admin')
      return progress()
    },
  }
}
