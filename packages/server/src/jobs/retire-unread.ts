import { retireUnreadJob, type Unread } from '../domain/uploads/index.ts'
import type { JobHandler } from './queue.ts'

/** Ends uploads that nobody has read, where the operator wants that. A turn sets the next one itself. */
export function retireUnread(unread: Unread): JobHandler {
  return {
    kind: retireUnreadJob,
    concurrency: 1,
    async run(_job, signal) {
      await unread.turn(signal)
      return { done: true }
    },
  }
}
