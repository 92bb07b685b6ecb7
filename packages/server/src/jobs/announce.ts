import { announceJob, enrolJob, type Providing } from '../domain/providing/index.ts'
import type { JobHandler } from './queue.ts'

/** What tells the public network what is held here. A turn sets the next one itself. */
export function announceJobs(providing: Providing): JobHandler[] {
  if (providing.isIdle) return []
  const whole = (kind: string, run: (signal: AbortSignal) => Promise<void>): JobHandler => ({
    kind,
    concurrency: 1,
    async run(_job, signal) {
      await run(signal)
      return { done: true }
    },
  })
  return [whole(announceJob, providing.announce), whole(enrolJob, providing.enrol)]
}
