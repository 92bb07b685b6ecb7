import { republishJob, type Names } from '../domain/names/index.ts'
import type { JobHandler } from './queue.ts'

/** Tells the public network of the names that were published here. A turn sets the next one itself. */
export function republishNames(names: Names): JobHandler {
  return {
    kind: republishJob,
    concurrency: 1,
    async run(_job, signal) {
      await names.republish(signal)
      return { done: true }
    },
  }
}
