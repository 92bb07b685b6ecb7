import type { Announcement, Reader } from '../../ports/db/index.ts'
import { readReport } from './report.ts'

/** How announcing what is held is going. */
export interface ProvidingState {
  /** Why nothing is announced; undefined where it is. */
  off?: string
  /** Announcements a second, at most, and those of the last minute. */
  rate: number
  perMinute: number
  /** Roots that are due now, counted up to a bound; `since`: when the longest waiting was. */
  backlog: { roots: number; isMore: boolean; since?: number }
  /** When the next root is due, where none is now. */
  next?: number
  /** When the last announcement was made; how many were, and how many failed. */
  last?: number
  told: number
  failed: number
  /** Roots whose last announcement failed: the first of them. */
  failing: Announcement[]
}

const counted = 10_000
const shownFailing = 10
const minute = 60_000

export async function readState(r: Reader, now: number, { off, rate }: Pick<ProvidingState, 'off' | 'rate'>): Promise<ProvidingState> {
  const { last, told, failed, perMinute, waits } = await readReport(r)
  const { due, first } = await r.announcements.backlog(now, counted)
  const isLate = first !== undefined && first <= now
  return {
    off: off ?? (isLate ? waits : undefined),
    rate,
    perMinute: last !== undefined && last > now - minute ? perMinute : 0,
    backlog: { roots: due, isMore: due === counted, since: isLate ? first : undefined },
    next: isLate ? undefined : first,
    last,
    told,
    failed,
    failing: await r.announcements.failing(shownFailing),
  }
}
