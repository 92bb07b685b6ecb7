import type { Clock } from '../../ports/clock.ts'
import type { Mailing, Post } from '../../ports/post.ts'

export const letterJob = 'letter'

/** A job's payload. */
export interface Waiting {
  mailing: Mailing
  /** Nobody wants it any more, from then on. */
  until: number
}

export function createPost(clock: Clock): Post {
  return {
    put: (w, mailing, until) => w.jobs.enqueue({ kind: letterJob, key: crypto.randomUUID(), payload: { mailing, until } satisfies Waiting, runAt: clock.now() }),
  }
}
