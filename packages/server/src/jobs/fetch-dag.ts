import { fetchJob, type Fetcher } from '../domain/fetching/index.ts'
import type { JobHandler } from './queue.ts'

/** Fetches the DAG that the key names, for every request that waits for it; accounts take turns. */
export function fetchDag(fetcher: Fetcher, concurrency = 32): JobHandler {
  return {
    kind: fetchJob,
    concurrency,
    byTurns: true,
    run: (job, signal) => fetcher.run(job.key, { isNew: job.rank === 0, signal }),
    bury: (job) => fetcher.giveUp(job.key, `The server ended ${job.deaths} times while it fetched this, and does not try again by itself. Ask for it again, or upload the content.`),
  }
}
