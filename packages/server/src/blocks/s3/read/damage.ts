import type { Multihash } from '../../../ports/block-store.ts'
import type { BlockRow } from '../../../ports/db/index.ts'
import type { IndexDb } from '../index/index-db.ts'
import type { Log } from '../../../ports/log.ts'
import type { Places } from '../index/places.ts'

/** What was found to be bad is kept out of use, and told. */
export class Damage {
  readonly #db: IndexDb
  readonly #places: Places
  readonly #log?: Log
  readonly #listeners = new Set<(hash: Multihash) => void>()

  constructor({ db, places, log }: { db: IndexDb; places: Places; log?: Log }) {
    this.#db = db
    this.#places = places
    this.#log = log
  }

  listen(listener: (hash: Multihash) => void): () => void {
    const own = (hash: Multihash) => listener(hash)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  /** The block at this place is bad. Told once, whoever finds it first. */
  async quarantine(row: BlockRow): Promise<void> {
    this.#places.forget([row.hash])
    const isNew = await this.#db.write((w) => w.segments.quarantine(row))
    if (!isNew) return
    this.#log?.error({ segment: row.segment, position: row.position }, 'a block is damaged')
    for (const listener of this.#listeners) listener(new Uint8Array(row.hash))
  }
}
