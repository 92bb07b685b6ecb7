import { pause } from '../../kernel/pause.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'
import type { Log } from '../../ports/log.ts'

export interface StoredHoursParts {
  db: Db
  clock: Clock
  log?: Log
  /** Milliseconds after which hours are forgotten; 0: never. */
  keep: number
}

/** Writes down, soon after each hour, what accounts held in it, and forgets old hours. Works in slices; several processes share the work. */
export interface StoredHours {
  run(signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}

const hourMs = 3_600_000
const lookEvery = 1_000
const atOnce = 200
/** After a longer rest of the server, what was held before is written down as of the first of these hours. */
const maxHours = 31 * 24

export function storedHours({ db, clock, log, keep }: StoredHoursParts): StoredHours {
  let done = 0
  let running: Promise<void> | undefined
  const ended = new AbortController()

  async function run(signal?: AbortSignal): Promise<void> {
    const now = clock.now()
    const hour = now - (now % hourMs)
    if (hour <= done) return
    const first = (await db.read((r) => r.traffic.firstRoll())) ?? hour - hourMs
    for (let end = Math.max(first, hour - maxHours * hourMs) + hourMs; end <= hour; end += hourMs) {
      while ((await db.write((w) => w.traffic.roll(end, atOnce))) > 0) await pause(1, signal ?? ended.signal)
      if (ended.signal.aborted || signal?.aborted) return
    }
    while (keep > 0 && (await db.write((w) => w.traffic.forget(now - keep, atOnce))) > 0) await pause(1, signal ?? ended.signal)
    done = hour
  }

  const timer = setInterval(() => {
    running ??= run()
      .catch((error: unknown) => log?.warn({ error }, 'what accounts hold could not be written down yet'))
      .finally(() => (running = undefined))
  }, lookEvery).unref()

  return {
    run,
    async close() {
      clearInterval(timer)
      ended.abort()
      await running
    },
  }
}
