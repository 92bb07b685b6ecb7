import type { Fetch } from '../fetch.ts'
import type { Want } from '../want.ts'

/** Wants that are asked for one by one, a bounded number at once. */
export interface Line {
  /** Those that wait and those that are being asked for. */
  readonly size: number
  has(key: string): boolean
  /** How many of them a fetch waits for. */
  of(fetch: Fetch): number
  push(want: Want): void
  /** It is not wanted any more: a question under way is broken off. */
  drop(key: string): void
}

/** `ask` never rejects. */
export function askInLine(width: number, ask: (want: Want, signal: AbortSignal) => Promise<void>): Line {
  const waiting = new Map<string, Want>()
  const running = new Map<string, { want: Want; stop: AbortController }>()

  function next(): void {
    for (const [key, want] of waiting) {
      if (running.size >= width) return
      waiting.delete(key)
      void run(want)
    }
  }

  async function run(want: Want): Promise<void> {
    const stop = new AbortController()
    running.set(want.key, { want, stop })
    await ask(want, stop.signal)
    if (running.get(want.key)?.stop === stop) running.delete(want.key)
    next()
  }

  return {
    get size() {
      return waiting.size + running.size
    },
    has: (key) => waiting.has(key) || running.has(key),
    of(fetch) {
      let count = 0
      for (const { fetches } of waiting.values()) if (fetches.has(fetch)) count++
      for (const { want } of running.values()) if (want.fetches.has(fetch)) count++
      return count
    },
    push(want) {
      waiting.set(want.key, want)
      next()
    },
    drop(key) {
      waiting.delete(key)
      const asked = running.get(key)
      if (asked === undefined) return
      running.delete(key)
      asked.stop.abort()
      next()
    },
  }
}
