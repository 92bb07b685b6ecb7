import type { BlockStore, Multihash } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'
import type { Log } from '../../ports/log.ts'
import { hashText } from './hash-text.ts'
import { enqueueRepair } from './jobs.ts'

export interface DamageWatch {
  /** A block that is to be here is not. */
  note(hash: Multihash): void
  /** Writes what is left. */
  close(): Promise<void>
}

const flushEvery = 250
/** Bad blocks kept between two flushes; those beyond are found when the DAGs are looked through for these. */
const maxNoted = 10_000

/** Writes down the bad blocks that reads and scrubs find, in batches: a read never waits for the database. */
export function watchDamage({ db, blocks, clock, log }: { db: Db; blocks: BlockStore; clock: Clock; log: Log }): DamageWatch {
  let noted = new Set<string>()
  let flushing: Promise<void> | undefined
  const stopListening = blocks.onDamage(note)
  const timer = setInterval(flush, flushEvery).unref()

  function note(hash: Multihash): void {
    keep(hashText(hash))
  }

  function keep(hash: string): void {
    if (noted.size < maxNoted) noted.add(hash)
  }

  function flush(): void {
    if (flushing !== undefined || noted.size === 0) return
    const batch = noted
    noted = new Set()
    flushing = noteDamage(db, [...batch], clock.now())
      // A database that is busy or away costs no note: it goes with the next batch.
      .catch((error: unknown) => {
        log.warn({ error }, 'damaged blocks could not be written down yet')
        batch.forEach(keep)
      })
      .finally(() => (flushing = undefined))
  }

  return {
    note,
    async close() {
      stopListening()
      clearInterval(timer)
      await flushing
      if (noted.size > 0) await noteDamage(db, [...noted], clock.now())
    },
  }
}

/** Blocks are damaged: the DAGs are to be looked through for them, and repair begins. */
export function noteDamage(db: Db, hashes: readonly string[], now: number): Promise<void> {
  return db.write(async (w) => {
    const count = await w.damage.note(hashes, now)
    await enqueueRepair(w, now)
    if (count > 0) await w.events.insert({ kind: 'store.damaged', actor: { kind: 'system' }, at: now, data: { count } })
  })
}
