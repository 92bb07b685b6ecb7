import type { Dags } from '../domain/dags/index.ts'
import { settlePartialsJob } from '../domain/pins/index.ts'
import type { JobHandler } from './queue.ts'

/** After an upload: what it brought may have completed DAGs that were waiting for parts. */
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
