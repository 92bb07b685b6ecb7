import { randomBytes } from 'node:crypto'

/** Digits of the time: enough for a thousand years. */
const timeDigits = 9
const idPattern = /^[0-9a-v]{17}$/

/** Sorts by time, and is nobody else's. */
export function newSegmentId(now: number = Date.now()): string {
  return now.toString(32).padStart(timeDigits, '0') + Array.from(randomBytes(8), (byte) => (byte & 31).toString(32)).join('')
}

export function segmentKey(id: string): string {
  return `segments/${id}.car`
}

/** The segment in an object of this name, below the prefix; undefined where it is not one of ours. */
export function segmentOf(key: string): string | undefined {
  const id = /^segments\/(.+)\.car$/.exec(key)?.[1]
  return id !== undefined && idPattern.test(id) ? id : undefined
}
