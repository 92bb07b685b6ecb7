/** A moment to the millisecond. */
export interface Instant {
  ms: number
  /** Whether the text named a moment after that millisecond began. */
  finer: boolean
}

const pattern = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/

/** RFC 3339 §5.6; undefined where the text is none, or no day of the calendar. A leap second is the one after it. */
export function readInstant(text: string): Instant | undefined {
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = pattern.exec(text) ?? []
  if (year === undefined) return undefined
  const isTime = Number(hour) <= 23 && Number(minute) <= 59 && Number(second) <= 60 && Number(offsetHour) <= 23 && Number(offsetMinute) <= 59
  const date = new Date(0)
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  const isDay = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day)
  if (!isTime || !isDay) return undefined
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === '-' ? -60_000 : 60_000)
  const digits = fraction.padEnd(9, '0')
  const ms = date.setUTCHours(Number(hour), Number(minute), Number(second), Number(digits.slice(0, 3))) - offset
  return { ms, finer: Number(digits.slice(3)) > 0 }
}
