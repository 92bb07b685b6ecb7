import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'
import { enqueueGarbage, garbageAge } from './jobs.ts'

/** Returns what to call when an upload failed: a reclaim will look for what it left. One look is for all that fail meanwhile. Never throws. */
export function garbageNotes({ db, clock }: { db: Db; clock: Clock }): () => Promise<void> {
  let noted = Number.NEGATIVE_INFINITY
  return async () => {
    const now = clock.now()
    if (now < noted + garbageAge && now >= noted) return
    noted = now
    // The regular reclaim finds it too.
    await db.write((w) => enqueueGarbage(w, now)).catch(() => (noted = Number.NEGATIVE_INFINITY))
  }
}
