import type { Step, UsageStep } from '../api/usage.ts'

const hours = { hour: 1, day: 24 } as const
const hourMs = 3_600_000
const leastHours = 1 / 60

/** Bytes, on average: of a step that is not over, as long as it has lasted. */
export function storedIn({ start, byteHours }: Pick<UsageStep, 'start' | 'byteHours'>, by: Step, now = Date.now()): number {
  return byteHours / Math.min(hours[by], Math.max((now - Date.parse(start)) / hourMs, leastHours))
}
