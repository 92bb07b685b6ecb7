import { repairJob, type Repairer } from '../domain/scrub/index.ts'
import type { JobHandler } from './queue.ts'

/** Runs for as long as anything is damaged; one process at a time. */
export function repair(repairer: Repairer): JobHandler {
  return {
    kind: repairJob,
    concurrency: 1,
    async run(_job, signal) {
      await repairer.run(signal)
      return { done: true }
    },
  }
}
