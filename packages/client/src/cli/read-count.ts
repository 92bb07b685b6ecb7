import { UsageError } from './usage-error.ts'

/** A whole number that somebody typed; without one there is no bound. @throws UsageError */
export function readCount(text: string | undefined, option: string): number {
  if (text === undefined) return Infinity
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${option} takes a whole number, not "${text}".`)
  return Number(text)
}
