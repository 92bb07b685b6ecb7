import { followJob, lookJob, mendJob, replicateJob, type Replication } from '../domain/replicas/index.ts'
import type { JobEnd, JobHandler } from './queue.ts'

/** What keeps copies on other nodes in line with what is pinned here. */
export function replicaJobs(replication: Replication): JobHandler[] {
  if (replication.isIdle) return []
  const one = (kind: string, concurrency: number): JobHandler => ({
    kind,
    concurrency,
    run: (job, signal) => replication.replicate(job.key, { attempts: job.attempts, signal }),
  })
  const whole = (kind: string, run: (signal: AbortSignal) => Promise<void>): JobHandler => ({
    kind,
    concurrency: 1,
    run: async (_job, signal): Promise<JobEnd> => {
      await run(signal)
      return { done: true }
    },
  })
  return [one(replicateJob, 16), one(mendJob, 4), whole(lookJob, replication.lookAround), whole(followJob, replication.follow)]
}
