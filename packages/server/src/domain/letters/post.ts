import type { Clock } from '../../ports/clock.ts'
import type { Mailing, Post } from '../../ports/post.ts'

export const letterJob = 'letter'

/** A job's payload. */
export interface Waiting {
  mailing: Mailing
  /** Nobody wants it any more, from then on. */
  until: number
}

/** So long a notice is tried; what it says is on the dashboard, too. */
const noticeMs = 3 * 86_400_000

export function createPost(clock: Clock): Post {
  return {
    put: (w, mailing, until = clock.now() + noticeMs) => w.jobs.enqueue({ kind: letterJob, key: crypto.randomUUID(), payload: { mailing, until } satisfies Waiting, runAt: clock.now() }),
  }
}
