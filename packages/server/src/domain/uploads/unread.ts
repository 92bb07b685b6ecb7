import type { Clock } from '../../ports/clock.ts'
import type { Db, UnreadRoot, Writer } from '../../ports/db/index.ts'
import { releaseDag } from '../reclaim/index.ts'
import { endOfUnread, noticeOf } from './unread-end.ts'

/** One at a time, over all servers; `jobs/` has the handler. */
export const retireUnreadJob = 'retire-unread'

export interface UnreadParts {
  db: Db
  clock: Clock
  /** Milliseconds that an upload waits for its first reader; 0: for ever. */
  ttl: number
}

/** Uploads that wait for their first reader, and end without one where the operator wants that. */
export interface Unread {
  /** Once at every start. */
  start(): Promise<void>
  /** Warns the owners of those that end soon, retires those whose time has come, and sets the next turn. */
  turn(signal: AbortSignal): Promise<void>
}

const slice = 200
const longestRest = 6 * 3_600_000

export function createUnread({ db, clock, ttl }: UnreadParts): Unread {
  const rest = Math.min(longestRest, Math.max(1_000, Math.ceil(noticeOf(ttl) / 4)))
  const again = (w: Writer) => w.jobs.enqueue({ kind: retireUnreadJob, key: '', runAt: clock.now() + rest })

  /** Tells each account of all that concerns it, in one event. */
  async function tell(w: Writer, kind: 'upload.expiring' | 'upload.expired', roots: readonly UnreadRoot[], now: number): Promise<void> {
    for (const [accountId, own] of Map.groupBy(roots, (root) => root.accountId)) {
      const samples = own.slice(0, 3).map(({ cid, name }) => ({ cid, name }))
      const ends = Math.max(...own.map((root) => endOfUnread(root, ttl, now)))
      await w.events.insert({ accountId, kind, actor: { kind: 'system' }, at: now, data: { count: own.length, samples, ends } })
    }
  }

  async function warn(roots: readonly UnreadRoot[], now: number): Promise<void> {
    if (roots.length === 0) return
    await db.write(async (w) => {
      await w.uploads.warn(roots, now)
      await tell(w, 'upload.expiring', roots.map((root) => ({ ...root, warned: now })), now)
    })
  }

  async function retire(roots: readonly UnreadRoot[], now: number): Promise<void> {
    if (roots.length === 0) return
    await db.write(async (w) => {
      const gone: UnreadRoot[] = []
      // Locks are taken in one order everywhere.
      for (const root of roots.toSorted((a, b) => (a.dag < b.dag ? -1 : 1))) {
        const { accountId, uploadId, dag } = root
        await w.dags.lock(dag, now)
        // Its first reader may have come meanwhile.
        const upload = await w.uploads.get(accountId, uploadId)
        if (!upload?.roots.some((one) => one.dag === dag && one.unpinned)) continue
        await w.uploads.removeRoot(accountId, uploadId, dag)
        await releaseDag(w, accountId, dag, 1, now)
        gone.push(root)
      }
      await tell(w, 'upload.expired', gone, now)
    })
  }

  return {
    // Who was warned under a setting of before is warned again.
    start: () => db.write(async (w) => (ttl > 0 ? again(w) : w.uploads.forgetWarnings())),

    async turn(signal) {
      if (ttl === 0) return
      for (let after: UnreadRoot | undefined; ; ) {
        signal.throwIfAborted()
        const roots = await db.read((r) => r.uploads.unread(after, slice))
        const now = clock.now()
        await warn(roots.filter((root) => root.warned === undefined && root.since + ttl - noticeOf(ttl) <= now), now)
        await retire(roots.filter((root) => root.warned !== undefined && endOfUnread(root, ttl, now) <= now), now)
        if (roots.length < slice) break
        after = roots.at(-1)
      }
      await db.write(again)
    },
  }
}
