import { settlePartialsJob, type Dags } from '../domain/dags/index.ts'
import type { JobHandler } from './queue.ts'

/** After a start, and where more DAGs wait than can be kept in mind: what was stored may have completed them. */
export function settlePartials(dags: Dags): JobHandler {
  return {
    kind: settlePartialsJob,
    concurrency: 1,
    async run(_job, signal) {
      await dags.settlePartials(signal)
      return { done: true }
    },
  }
}
