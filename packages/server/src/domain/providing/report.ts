import type { Reader, Writer } from '../../ports/db/index.ts'

/** What was announced so far, by all servers; it outlives a restart. */
export interface ProvidingReport {
  /** Announcements that were made, and that failed. */
  told: number
  failed: number
  /** When the last one was made. */
  last?: number
  /** How many were made in the minute before that. */
  perMinute: number
  /** Why none can be made now. */
  waits?: string
}

const name = 'providing'
const minute = 60_000

export async function readReport(r: Reader): Promise<ProvidingReport> {
  const text = await r.instance.get(name)
  return text === undefined ? { told: 0, failed: 0, perMinute: 0 } : (JSON.parse(text) as ProvidingReport)
}

export function writeReport(w: Writer, report: ProvidingReport): Promise<void> {
  return w.instance.set(name, JSON.stringify(report))
}

/** Counts the announcements of one turn on top of what a report says. */
export function tally(report: ProvidingReport) {
  let lately: number[] = []
  return {
    report,
    told(now: number): void {
      lately = [...lately.filter((at) => at > now - minute), now]
      Object.assign(report, { told: report.told + 1, last: now, perMinute: lately.length })
    },
    failed(): void {
      report.failed++
    },
  }
}
