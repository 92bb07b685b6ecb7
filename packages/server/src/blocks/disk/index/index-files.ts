import { dirname } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Log } from '../../../ports/log.ts'
import type { SegmentFiles } from '../files.ts'
import type { Segment } from '../segments/segment.ts'
import type { Segments } from '../segments/segments.ts'
import { badFlag, recordWords, type BlockIndex } from './block-index.ts'
import { entriesOf } from './entries.ts'
import { writeBatch } from './index-batches.ts'

export interface IndexFilesParts {
  key: Uint8Array
  index: BlockIndex
  segments: Segments
  files: SegmentFiles
  log?: Log
}

const batchRecords = 1 << 15

/**
 * The index on the medium: a file for each segment, appended to. One change at a time. None of these throws but `remove`: what cannot be written is
 * told in the log and found again at the next start, from the segment.
 */
export class IndexFiles {
  readonly #parts: IndexFilesParts
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: IndexFilesParts) {
    this.#parts = parts
  }

  /** Appends the entries that the file lacks, of ordinals below `ordinal`; the segment's first `segment.durable` bytes are accounted for then. */
  save(segment: Segment, ordinal: number): Promise<void> {
    // As of now: when the turn comes, more may be durable than the entries below `ordinal` stand for.
    const { durable, sealed } = segment
    return this.#change(segment, async () => {
      do {
        const { ordinals, next } = entriesOf(this.#parts.index, segment.number, segment.indexedOrdinal, ordinal, batchRecords)
        const isLast = next >= ordinal
        if (ordinals.length > 0 || isLast) await this.#append(segment, this.#records(ordinals), { to: isLast ? durable : segment.indexed, sealed: isLast && sealed, sync: isLast && sealed })
        else await nextTurn()
        segment.indexedOrdinal = Math.min(next, ordinal)
      } while (segment.indexedOrdinal < ordinal)
    })
  }

  /** The entry is bad, and after a restart still. What the file lacks comes with the next `save`, in its place. */
  saveBad(segment: Segment, ordinal: number): Promise<void> {
    const record = this.#records([ordinal], badFlag)
    return this.#change(segment, async () => {
      if (ordinal < segment.indexedOrdinal) await this.#append(segment, record, { sync: true })
    })
  }

  /** Durable when it resolves: what is gone must not come back. Entries that the file lacks are not added later, so that this may come first. */
  saveGone(segment: Segment, records: Uint32Array): Promise<void> {
    return this.#change(segment, () => this.#append(segment, records, { sync: true }))
  }

  /** Nothing is known of the segment then, and that is durable. It is not in `segments` any more. */
  remove(segment: Segment): Promise<void> {
    return this.#inTurn(async () => {
      await this.#parts.files.remove(segment.indexPath)
      await this.#parts.files.syncFolder(dirname(segment.indexPath))
    })
  }

  /** Resolves when what was asked for so far is done. */
  async idle(): Promise<void> {
    await this.#turn
  }

  #change(segment: Segment, work: () => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#parts.segments.get(segment.number) !== segment) return
      try {
        await work()
      } catch (error) {
        this.#parts.log?.warn({ error, segment: segment.path }, 'could not write the index of a segment; it is rebuilt at the next start')
      }
    })
  }

  async #append(segment: Segment, records: Uint32Array, { sync, to = segment.indexed, sealed = segment.sealed && to === segment.end }: { sync: boolean; to?: number; sealed?: boolean }): Promise<void> {
    const { indexPath: path, number, indexEnd: at } = segment
    // With the first batch lost, nobody would know a torn tail from damage.
    const isFirst = at === 0
    segment.indexEnd = await writeBatch({ path, key: this.#parts.key, number, at, records, to, sealed, sync: sync || isFirst })
    if (isFirst) await this.#parts.files.syncFolder(dirname(path))
    segment.indexed = to
  }

  #records(ordinals: readonly number[], flag?: number): Uint32Array {
    const records = new Uint32Array(ordinals.length * recordWords)
    for (const [i, ordinal] of ordinals.entries()) this.#parts.index.record(ordinal, records, i * recordWords, flag)
    return records
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const run = this.#turn.then(work)
    this.#turn = run.catch(() => {})
    return run
  }
}
