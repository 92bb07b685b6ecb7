/** When a key ends: never, after so many days, or on a day (2027-01-31). */
export type End = { days: number } | { on: string }

export const never: End = { days: 0 }
export const usualDays: readonly number[] = [0, 7, 30, 90, 365]

const day = 86_400_000

/** ISO 8601; undefined: never. The day that is named is the last one, by the clock of whoever chose it. */
export function endOf(end: End, now = Date.now()): string | undefined {
  if ('days' in end) return end.days === 0 ? undefined : new Date(now + end.days * day).toISOString()
  const last = new Date(`${end.on}T23:59:59`)
  return Number.isNaN(last.getTime()) ? undefined : last.toISOString()
}

export function isSoon(iso: string, now = Date.now()): boolean {
  return Date.parse(iso) - now < 7 * day
}
