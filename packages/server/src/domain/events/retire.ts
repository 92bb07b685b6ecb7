import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'

export interface RetireLimits {
  /** Milliseconds that an event is kept. */
  ttl: number
}

const day = 86_400_000
/** What is told of uploads and pins concerns nobody for long. */
const activityTtl = 30 * day
const keep = { audit: 1_000_000, activity: 200_000 }
const slice = 500
/** Milliseconds for others between two slices. */
const restMs = 20

/** Forgets events that are too old, and the oldest of too many, in slices. */
export async function retireEvents(db: Db, clock: Clock, { ttl }: RetireLimits, signal: AbortSignal): Promise<number> {
  let retired = 0
  for (const what of ['audit', 'activity'] as const) {
    const before = clock.now() - (what === 'audit' ? ttl : Math.min(ttl, activityTtl))
    for (let some = slice; some === slice; ) {
      some = await db.write((w) => w.events.retire(what, { before, keep: keep[what], limit: slice }))
      retired += some
      await sleep(restMs, undefined, { signal, ref: false })
    }
  }
  return retired
}
