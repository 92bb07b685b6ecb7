import { pause } from '../../kernel/pause.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, DueRecord } from '../../ports/db/index.ts'
import type { NameRouting } from '../../ports/name-routing.ts'
import { parseIpnsName } from './ipns-name.ts'

export interface RepublishParts {
  db: Db
  /** undefined: nobody is told. */
  routing: NameRouting | undefined
  clock: Clock
}

/** Peers of the DHT forget records after 48 hours, and come and go. */
const againAfter = 12 * 3_600_000
const retryAfter = [60_000, 600_000, 3_600_000, 6 * 3_600_000]
/** Records that expired stay so long, so that whoever asks is told why the name leads nowhere. */
const keepExpired = 7 * 86_400_000
const never = Number.MAX_SAFE_INTEGER
const batch = 50
/** Told at once: each is a walk through the DHT, of some seconds. */
const atOnce = 8
/** Milliseconds that each of those rests after one. */
const restMs = 200
const longest = 3_600_000

/** Tells the network of the records that are due, and forgets those that expired long ago. Returns when to come again. */
export async function republishDue({ db, routing, clock }: RepublishParts, signal: AbortSignal): Promise<number> {
  while ((await db.write((w) => w.names.removeExpired(clock.now() - keepExpired, batch))) === batch) signal.throwIfAborted()
  if (routing === undefined) return clock.now() + longest
  for (;;) {
    signal.throwIfAborted()
    const due = await db.read((r) => r.names.due(clock.now(), batch))
    if (due.length === 0) return Math.min((await db.read((r) => r.names.nextDue())) ?? Infinity, clock.now() + longest)
    const told = await Promise.all(Array.from({ length: atOnce }, () => tellAll(due, routing)))
    if (told.includes(false)) return clock.now() + retryAfter[0]!
  }

  /** False: nobody can be told now. */
  async function tellAll(line: DueRecord[], to: NameRouting): Promise<boolean> {
    for (let one = line.shift(); one !== undefined && !signal.aborted; one = line.shift()) {
      if (!(await tell(one, to))) {
        line.length = 0
        return false
      }
      if (line.length > 0) await pause(restMs, signal)
    }
    return true
  }

  async function tell({ name, record, expires, tries }: DueRecord, to: NameRouting): Promise<boolean> {
    if (expires <= clock.now()) {
      await db.write((w) => w.names.told(name, never))
      return true
    }
    const result = await to.publish(parseIpnsName(name)!.multihash.bytes, record, signal)
    if (result.state === 'off') return false
    const now = clock.now()
    if (result.state === 'told') await db.write((w) => w.names.told(name, now + againAfter))
    else await db.write((w) => w.names.failed(name, now + retryAfter[Math.min(tries, retryAfter.length - 1)]!))
    return true
  }
}
