import { CID } from 'multiformats/cid'
import { pause } from '../../kernel/pause.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Announcement, Db } from '../../ports/db/index.ts'
import type { AnnounceResult, Network } from '../../ports/network.ts'
import type { Moderation } from '../moderation/index.ts'
import { pacer } from './pacer.ts'
import { readReport, tally, writeReport } from './report.ts'

export interface AnnounceParts {
  db: Db
  network: Network
  moderation: Moderation
  clock: Clock
  /** Announcements a second, at most. */
  rate: number
}

/** When there is more to do, and why not before. */
export interface TurnEnd {
  next?: number
  waits?: string
}

/** Records last about two days (libp2p, kad-dht: 48 hours); Kubo announces anew after 22 hours too. */
export const againAfter = 22 * 3_600_000
const retryAfter = [60_000, 600_000, 3_600_000, 6 * 3_600_000]
const atOnce = 16
const batch = 64

/**
 * Works off what is due, the longest waiting first. What nobody holds any more is dropped instead. A row changes only after its
 * announcement, so that whatever ends this early, the next turn goes on. Ends where nothing is due, or nothing can be announced now.
 */
export async function announceDue({ db, network, moderation, clock, rate }: AnnounceParts, signal: AbortSignal): Promise<TurnEnd> {
  const count = tally(await db.read(readReport))
  const pace = pacer(rate)
  let waits: string | undefined

  async function drop(dags: readonly string[]): Promise<void> {
    if (dags.length === 0) return
    await db.write(async (w) => {
      for (const dag of dags.toSorted()) {
        const { state, holders } = await w.dags.lock(dag, clock.now())
        if (state !== 'complete' || holders === 0) await w.announcements.remove(dag)
      }
    })
  }

  async function announce({ dag, tries }: Announcement): Promise<void> {
    const root = CID.parse(dag)
    const result: AnnounceResult = moderation.isBlocked(root) ? { state: 'failed', reason: 'a denylist blocks it' } : await network.announce(root, signal)
    if (result.state === 'off') {
      waits ??= result.reason
      return
    }
    const now = clock.now()
    if (result.state === 'told') count.told(now)
    else count.failed()
    await db.write(async (w) => {
      if (result.state === 'told') await w.announcements.told(dag, now, now + againAfter)
      else await w.announcements.failed(dag, result.reason, now + retryAfter[Math.min(tries, retryAfter.length - 1)]!)
      await writeReport(w, { ...count.report, waits: undefined })
    })
  }

  async function announceAll(line: Announcement[]): Promise<void> {
    for (let one = line.shift(); one !== undefined && waits === undefined; one = line.shift()) {
      await pause(pace(), signal)
      if (signal.aborted) return
      await announce(one)
    }
  }

  for (;;) {
    signal.throwIfAborted()
    const due = await db.read((r) => r.announcements.due(clock.now(), batch))
    if (due.length === 0) return { next: (await db.read((r) => r.announcements.backlog(0, 0))).first }
    await drop(due.filter(({ wanted }) => !wanted).map(({ dag }) => dag))
    const line = due.filter(({ wanted }) => wanted)
    await Promise.all(Array.from({ length: atOnce }, () => announceAll(line)))
    if (waits === undefined) continue
    const reason = waits
    await db.write((w) => writeReport(w, { ...count.report, waits: reason }))
    return { waits }
  }
}
