import type { Fetcher } from '../domain/dags/index.ts'
import { fetchJob } from '../domain/pins/index.ts'
import type { JobHandler } from './queue.ts'

/** Fetches the DAG that the key names, for every request that waits for it. */
export function fetchDag(fetcher: Fetcher, concurrency = 32): JobHandler {
  return {
    kind: fetchJob,
    concurrency,
    run: (job, signal) => fetcher.run(job.key, { attempts: job.attempts, signal }),
  }
}
