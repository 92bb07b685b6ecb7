import { canonicalCid } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { Clock } from '../../ports/clock.ts'
import type { Writer } from '../../ports/db/index.ts'
import type { Log } from '../../ports/log.ts'
import type { Completeness, Looked } from '../dags/index.ts'
import { recordPin } from './record.ts'
import { waitingPinId } from './waiting-upload.ts'

export interface PinOnReadParts {
  completeness: Completeness
  clock: Clock
  log?: Log
}

/** Pins what was uploaded with `pin=false` when it is read for the first time. */
export interface PinOnRead {
  /**
   * Makes the pin requests of a stored root for all uploads that wait for its first reader. Resolves when they are there; never throws: what
   * could not be pinned now is at the next reading.
   */
  pin(root: CID): Promise<void>
}

/** Roots that wait for their turn; beyond, they are left to their next readers. */
const maxWaiting = 1_000
/** Roots, and uploads of one root, that one transaction pins. */
const rootsAtOnce = 20
const uploadsAtOnce = 200

export function createPinOnRead({ completeness, clock, log }: PinOnReadParts): PinOnRead {
  /** By canonical text. Those of one transaction share a promise. */
  const waiting = new Map<string, { root: CID; done: PromiseWithResolvers<void> }>()
  let isPinning = false

  /** Returns whether more uploads wait. */
  async function pinUploads(w: Writer, looked: Looked, cid: string): Promise<boolean> {
    const now = clock.now()
    const { dag, unconfirmed } = await looked.lock(w, cid, now)
    if (dag.state !== 'complete') return false
    const uploads = await w.uploads.unpinned(cid, uploadsAtOnce)
    for (const { accountId, uploadId, position, cid: named, name } of uploads) {
      await w.dags.hold(accountId, cid, { now })
      await recordPin(w, dag, { id: waitingPinId(uploadId, position), accountId, cid: named, name, origins: [], deadline: now, uploadId, waitsFor: '', unconfirmed }, now)
      await w.uploads.setPinned(uploadId, cid)
    }
    return uploads.length === uploadsAtOnce
  }

  async function pinAll(roots: readonly CID[]): Promise<void> {
    await using writer = completeness.writer()
    for (let left = roots; left.length > 0; ) {
      left = await completeness.decide(left, { writer, budget: 0 }, async (looked) => async (w) => {
        const more: CID[] = []
        for (const root of left.toSorted(byText)) if (await pinUploads(w, looked, canonicalCid(root))) more.push(root)
        return more
      })
    }
  }

  async function work(): Promise<void> {
    if (isPinning) return
    isPinning = true
    while (waiting.size > 0) {
      const batch = [...waiting.entries()].slice(0, rootsAtOnce)
      try {
        await pinAll(batch.map(([, { root }]) => root))
      } catch (error) {
        log?.warn({ error }, 'what was read first could not be pinned yet')
      }
      for (const [cid, { done }] of batch) {
        waiting.delete(cid)
        done.resolve()
      }
    }
    isPinning = false
  }

  return {
    async pin(root) {
      const cid = canonicalCid(root)
      const known = waiting.get(cid)
      if (known !== undefined) return known.done.promise
      if (waiting.size >= maxWaiting) return
      const done = Promise.withResolvers<void>()
      waiting.set(cid, { root, done })
      void work()
      return done.promise
    },
  }
}

/** Locks are taken in one order everywhere. */
function byText(a: CID, b: CID): number {
  return canonicalCid(a) < canonicalCid(b) ? -1 : 1
}
