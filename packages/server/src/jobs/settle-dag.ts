import { settleDagJob, type Dags } from '../domain/dags/index.ts'
import type { Fetcher } from '../domain/fetching/index.ts'
import type { JobHandler } from './queue.ts'

/** Looks again at the DAG that the key names: blocks have arrived that it waited for, or it was too large for a request. */
export function settleDag(dags: Dags, { giveUp }: Pick<Fetcher, 'giveUp'>, concurrency = 4): JobHandler {
  return {
    kind: settleDagJob,
    concurrency,
    async run({ key }, signal) {
      await dags.settle(key, signal)
      return { done: true }
    },
    bury: (job) => giveUp(job.key, `The server ended ${job.deaths} times while it looked through this, and does not try again by itself.`),
  }
}
