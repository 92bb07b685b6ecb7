import { durationInWords } from '../../kernel/words.ts'
import type { Dag, Db } from '../../ports/db/index.ts'
import { failPins, releaseDag } from './release.ts'

export interface RetireOptions {
  db: Db
  now: number
  /** Milliseconds that an account's parts of a DAG wait for further ones. */
  ttl: number
  signal: AbortSignal
}

const slice = 100

/** Ends uploads whose other parts never came: their root is held no longer, and the pin requests made with them have failed. Returns how many. */
export async function retirePartials({ db, now, ttl, signal }: RetireOptions): Promise<number> {
  const before = now - ttl
  const reason = `Given up: its other parts did not come within ${durationInWords(ttl)} of the last one.`

  /** How many it was. */
  async function retire(dag: string): Promise<number> {
    return db.write(async (w) => {
      if ((await w.dags.lock(dag, now)).state !== 'partial') return 0
      const uploads = await w.uploads.stale(dag, before, slice)
      const ended = new Set(uploads.map(({ id }) => id))
      const pins = (await w.pins.waiting(dag)).filter(({ uploadId }) => uploadId !== undefined && ended.has(uploadId))
      if (pins.length > 0) await failPins(w, dag, { reason, ids: pins.map(({ id }) => id) }, now)
      for (const { id, accountId } of uploads) if (await w.uploads.removeRoot(accountId, id, dag)) await releaseDag(w, accountId, dag, 1, now)
      return uploads.length
    })
  }

  let total = 0
  let after: Dag | undefined
  for (;;) {
    const dags = await db.read((r) => r.dags.partial(slice, after))
    for (const { cid, created } of dags) {
      signal.throwIfAborted()
      // Oldest first, and no part is older than its DAG.
      if (created > before) return total
      const [stale] = await db.read((r) => r.uploads.stale(cid, before, 1))
      for (let retired = stale ? slice : 0; retired === slice; total += retired) retired = await retire(cid)
    }
    if (dags.length < slice) return total
    after = dags.at(-1)
  }
}
