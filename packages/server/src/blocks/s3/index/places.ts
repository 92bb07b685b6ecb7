import type { Multihash } from '../../../ports/block-store.ts'
import type { BlockRow } from '../../../ports/db/index.ts'
import type { IndexDb } from './index-db.ts'
import { keyOf, slices } from './hash-key.ts'

export interface PlacesOptions {
  db: IndexDb
  /** Places remembered for reading. */
  remembered: number
  /** Milliseconds after which one is looked up again. */
  rememberedMs: number
}

interface Asked {
  hash: Multihash
  resolve(row: BlockRow | undefined): void
  reject(error: unknown): void
}

interface Remembered {
  row: BlockRow
  until: number
}

/**
 * Where blocks are, as the database says. Questions of one moment go in one query. What is remembered is for reading alone, which sees
 * by the hash whether it was true.
 */
export class Places {
  readonly #db: IndexDb
  readonly #max: number
  readonly #ms: number
  readonly #known = new Map<string, Remembered>()
  #asked: Asked[] = []

  constructor({ db, remembered, rememberedMs }: PlacesOptions) {
    this.#db = db
    this.#max = remembered
    this.#ms = rememberedMs
  }

  /** The present row. */
  find(hash: Multihash): Promise<BlockRow | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#asked.length === 0) setImmediate(() => void this.#ask())
      this.#asked.push({ hash, resolve, reject })
    })
  }

  /** The present rows, by key. */
  async findAll(hashes: readonly Multihash[]): Promise<Map<string, BlockRow>> {
    const rows = new Map<string, BlockRow>()
    for (const slice of slices(hashes)) for (const row of await this.#db.read((r) => r.segments.find(slice))) rows.set(keyOf(row.hash), row)
    return rows
  }

  /** Rows for reading, remembered ones included, in the order of the hashes. */
  async toRead(hashes: readonly Multihash[]): Promise<(BlockRow | undefined)[]> {
    const now = performance.now()
    const known = hashes.map((hash) => this.#recall(keyOf(hash), now))
    const unknown = hashes.filter((_, i) => known[i] === undefined)
    if (unknown.length === 0) return known
    const found = unknown.length === 1 ? new Map([[keyOf(unknown[0]!), await this.find(unknown[0]!)]]) : await this.findAll(unknown)
    for (const [key, row] of found) if (row && !row.damaged) this.#remember(key, row, now)
    return hashes.map((hash, i) => known[i] ?? found.get(keyOf(hash)))
  }

  forget(hashes: readonly Multihash[]): void {
    for (const hash of hashes) this.#known.delete(keyOf(hash))
  }

  #recall(key: string, now: number): BlockRow | undefined {
    const known = this.#known.get(key)
    if (known && known.until > now) return known.row
    return undefined
  }

  #remember(key: string, row: BlockRow, now: number): void {
    this.#known.delete(key)
    this.#known.set(key, { row, until: now + this.#ms })
    if (this.#known.size > this.#max) this.#known.delete(this.#known.keys().next().value!)
  }

  async #ask(): Promise<void> {
    const asked = this.#asked
    this.#asked = []
    for (const slice of slices(asked)) {
      try {
        const rows = await this.findAll(slice.map(({ hash }) => hash))
        for (const { hash, resolve } of slice) resolve(rows.get(keyOf(hash)))
      } catch (error) {
        for (const { reject } of slice) reject(error)
      }
    }
  }
}
