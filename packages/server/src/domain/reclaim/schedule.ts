import { Fault } from '../../kernel/faults.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'
import { enqueue, type ReclaimCause } from './jobs.ts'
import type { Reclaim } from './reclaim.ts'
import type { ReclaimReport } from './report.ts'
import { retirePartials } from './retire.ts'
import { mayHaveRevived, noteEnd, noteRevival } from './revival.ts'

export interface ScheduleParts {
  db: Db
  clock: Clock
  reclaim: Reclaim
  /** Milliseconds that an account's parts of a DAG wait for further ones. */
  partialTtl: number
}

export interface ReclaimSchedule {
  /** Once at every start. After one that came to no `end`, all that is held is looked at soon. */
  begin(): Promise<void>
  /** Once, when the process ends in order. */
  end(): Promise<void>
  /** One turn of the job of this cause: reclaims where it is time, and sets the job's next turn. */
  turn(cause: ReclaimCause, signal: AbortSignal): Promise<void>
}

const day = 86_400_000
const leastRest = 1_000
/** After a run, reclaim rests so many times as long as that took. */
const restFactor = 9
/** After a run that could not sweep: a repair takes its time. */
const blockedRest = 600_000
/** Where another run has the store. */
const busyRest = 5_000

/** When reclaim runs: a delete is one row, and marking reads the inner nodes of all that is held. */
export function scheduleReclaim({ db, clock, reclaim, partialTtl }: ScheduleParts): ReclaimSchedule {
  const regularly = Math.min(day, partialTtl)
  const again = (cause: ReclaimCause, at: number) => db.write((w) => enqueue(w, cause, at))

  /** After a crash one run needs no rest: blocks that were freed may be here again, and be served. */
  let isUrgent = false

  /** When the next run may begin. */
  async function rested(): Promise<number> {
    return isUrgent ? clock.now() : restUntil(await reclaim.lastReport(), clock.now())
  }

  async function run(signal: AbortSignal): Promise<void> {
    await reclaim.run(signal)
    isUrgent = false
  }

  async function turnOfReleased(signal: AbortSignal): Promise<void> {
    const due = await reclaim.nextDue()
    if (due === undefined) return
    const start = Math.max(due, await rested())
    if (start > clock.now()) return again('released', start)
    await run(signal)
    const next = await reclaim.nextDue()
    if (next !== undefined) await again('released', Math.max(next, await rested()))
  }

  return {
    begin: () =>
      db.write(async (w) => {
        await enqueue(w, 'regular', clock.now() + regularly)
        await enqueue(w, 'released', clock.now() + leastRest)
        isUrgent = await mayHaveRevived(w)
        if (isUrgent) await enqueue(w, 'garbage', clock.now() + leastRest)
        await noteRevival(w)
      }),

    end: () => db.write(noteEnd),

    turn: (cause, signal) => takeTurn(cause, signal).catch((error: unknown) => (isUnderWay(error) ? again(cause, clock.now() + busyRest) : Promise.reject(error))),
  }

  async function takeTurn(cause: ReclaimCause, signal: AbortSignal): Promise<void> {
    if (cause === 'released') return turnOfReleased(signal)
    const start = await rested()
    if (start > clock.now()) return again(cause, start)
    if (cause === 'regular') {
      await again(cause, clock.now() + regularly)
      await retirePartials({ db, now: clock.now(), ttl: partialTtl, signal })
    }
    await run(signal)
  }
}

/** Another run has the store, be it that of a command or of a backup. */
function isUnderWay(error: unknown): boolean {
  return error instanceof Fault && error.code === 'CONFLICT'
}

/** A report of the future is of a clock that was put back since. */
function restUntil(last: ReclaimReport | undefined, now: number): number {
  if (last === undefined || last.ended > now) return now
  return last.ended + Math.max(leastRest, restFactor * (last.ended - last.started), last.blocked ? blockedRest : 0)
}
