import { fault } from '../../../kernel/faults.ts'
import type { Multihash } from '../../../ports/block-store.ts'
import type { BlockRow } from '../../../ports/db/index.ts'
import { isIntact } from '../../intact.ts'
import type { Bucket } from '../bucket/bucket.ts'
import type { Damage } from './damage.ts'
import type { Places } from '../index/places.ts'
import { runLength } from './runs.ts'
import { segmentKey } from '../segments/segment-id.ts'

export interface ReaderParts {
  bucket: Bucket
  places: Places
  damage: Damage
}

/** Blocks of one run are looked up together, at most so many. */
const maxRun = 1000

/** Reads blocks and checks every one of them by its hash. */
export class Reader {
  readonly #bucket: Bucket
  readonly #places: Places
  readonly #damage: Damage

  constructor({ bucket, places, damage }: ReaderParts) {
    this.#bucket = bucket
    this.#places = places
    this.#damage = damage
  }

  async run(hashes: readonly Multihash[], maxBytes: number, signal?: AbortSignal): Promise<Uint8Array[]> {
    const rows = await this.#places.toRead(hashes.slice(0, maxRun))
    const [first] = rows
    if (!first) return []
    if (first.damaged) throw fault('BLOCK_DAMAGED')
    const run = rows.slice(0, runLength(rows, maxBytes)) as BlockRow[]
    const blocks = await this.read(run, signal)
    // Only those before a bad one: the others are found out when they are asked for.
    const bad = blocks.indexOf(undefined)
    if (bad !== 0) return (bad < 0 ? blocks : blocks.slice(0, bad)) as Uint8Array[]
    const again = await this.#again(first, signal)
    return again ? [again] : []
  }

  /** Of rows of one segment, in order; undefined where they are not what their hash says. */
  async read(rows: readonly BlockRow[], signal?: AbortSignal): Promise<(Uint8Array | undefined)[]> {
    const { segment, position: from } = rows[0]!
    const last = rows.at(-1)!
    const length = last.position + last.bytes - from
    const bytes = length === 0 ? Buffer.alloc(0) : await this.#bucket.read(segmentKey(segment), from, length, signal)
    return rows.map((row) => {
      const start = row.position - from
      const block = bytes?.subarray(start, start + row.bytes)
      return block && block.length === row.bytes && isIntact(row.hash, block) ? new Uint8Array(block.buffer, block.byteOffset, block.length) : undefined
    })
  }

  /** Whether it is after all, or not there any more: by a second look. */
  async isWell({ hash, segment, position }: BlockRow, signal?: AbortSignal): Promise<boolean> {
    const row = await this.#places.find(hash)
    if (row?.segment !== segment || row.position !== position) return true
    return (await this.read([row], signal))[0] !== undefined
  }

  /** It may have moved, or the way may have been bad; a block that is bad twice is quarantined. */
  async #again({ hash }: BlockRow, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    this.#places.forget([hash])
    const row = await this.#places.find(hash)
    if (!row) return undefined
    const [bytes] = row.damaged ? [] : await this.read([row], signal)
    if (bytes) return bytes
    if (!row.damaged) await this.#damage.quarantine(row)
    throw fault('BLOCK_DAMAGED')
  }
}
