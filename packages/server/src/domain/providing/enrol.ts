import { pause } from '../../kernel/pause.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'
import { againAfter } from './announce-due.ts'

export interface EnrolParts {
  db: Db
  clock: Clock
  /** Announcements a second, at most. */
  rate: number
}

const slice = 500
/** Between two slices: whoever uses the server comes first. */
const rest = 20

/**
 * Adds what is held and was never enrolled, since the network was not public when it came. Each root is due when the rate would come to it,
 * so that what is uploaded meanwhile does not wait for all of them.
 */
export async function enrolHeld({ db, clock, rate }: EnrolParts, signal: AbortSignal): Promise<void> {
  let after = ''
  for (let enrolled = 0; ; ) {
    signal.throwIfAborted()
    const dags = await db.read((r) => r.dags.list(after, slice))
    const held = dags.filter(({ state, holders }) => state === 'complete' && holders > 0).map(({ cid }) => cid)
    const due = clock.now() + Math.min((enrolled / rate) * 1000, againAfter)
    if (held.length > 0) enrolled += await db.write((w) => w.announcements.add(held, Math.floor(due)))
    if (dags.length < slice) return
    after = dags.at(-1)!.cid
    await pause(rest, signal)
  }
}
