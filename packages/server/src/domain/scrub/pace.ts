import { pause } from '../../kernel/pause.ts'

/** Milliseconds of work that may be made up for after a delay. */
const credit = 1_000

/** Keeps work at a rate: waits after each piece until its time is over. */
export function pacer(): (bytes: number, bytesPerSecond: number, signal: AbortSignal) => Promise<void> {
  let due = performance.now()
  return async (bytes, bytesPerSecond, signal) => {
    due = Math.max(due, performance.now() - credit) + (bytes / bytesPerSecond) * 1_000
    const wait = due - performance.now()
    if (wait > 0) await pause(wait, signal)
  }
}
