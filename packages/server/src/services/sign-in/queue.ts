import { fault } from '../../kernel/faults.ts'

/** Runs work `atOnce` at a time, in the order of asking. Fault RATE_LIMITED where `maxWaiting` wait already. */
export function createQueue({ atOnce, maxWaiting }: { atOnce: number; maxWaiting: number }): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= atOnce) {
      if (waiting.length >= maxWaiting) throw fault('RATE_LIMITED', { seconds: 2 })
      // Whoever ends hands its place over: `running` stays.
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
