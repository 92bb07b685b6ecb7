import { dirname } from 'node:path'
import { writeAll } from '../files.ts'
import { newSegment, segmentHeader, type Segment } from '../segments/segment.ts'
import { Slices } from '../slices.ts'
import type { SweepParts } from './sweep-parts.ts'

/** Blocks of one segment that were copied, and where to. */
export interface Moves {
  source: Segment
  ordinals: Uint32Array
  offsets: Uint32Array
}

/** So often that commits beside it do not wait for long. */
const syncEveryBytes = 4 << 20

/** A segment that is made of what lives in others. It counts when it has its name, at the end. */
export class Output {
  readonly #parts: SweepParts
  readonly #segment: Segment
  readonly #fd: number
  readonly #moves: Moves[] = []
  #end = segmentHeader.length
  #synced = 0
  #isClosed = false
  /** Above all ordinals that were copied. */
  last: number

  static async create(parts: SweepParts, first: number): Promise<Output> {
    const segment = newSegment(parts.folder, parts.segments.nextNumber(), 0, first)
    const fd = await parts.files.create(`${segment.path}.new`)
    const output = new Output(parts, segment, fd)
    try {
      await writeAll(parts.files, fd, [segmentHeader], 0)
    } catch (error) {
      await output.discard()
      throw error
    }
    return output
  }

  private constructor(parts: SweepParts, segment: Segment, fd: number) {
    this.#parts = parts
    this.#segment = segment
    this.#fd = fd
    this.last = segment.first
  }

  get end(): number {
    return this.#end
  }

  /** Those that were copied as a whole. */
  get sources(): Set<Segment> {
    return new Set(this.#moves.map(({ source }) => source))
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { files } = this.#parts
    this.#end = await writeAll(files, this.#fd, [bytes], this.#end)
    if (this.#end - this.#synced < syncEveryBytes) return
    await files.sync(this.#fd)
    this.#synced = this.#end
  }

  /** All of a segment's live blocks were written. */
  take(moves: Moves[]): void {
    for (const each of moves) {
      if (each.ordinals.length === 0) continue
      this.#moves.push(each)
      this.last = each.ordinals.at(-1)! + 1
    }
  }

  /** Its blocks are durable where they are now, and are found there. */
  async finish(): Promise<Segment> {
    const { files, segments, index, indexFiles } = this.#parts
    const segment = this.#segment
    await files.sync(this.#fd)
    await this.#close()
    await files.rename(`${segment.path}.new`, segment.path)
    await files.syncFolder(dirname(segment.path))
    segment.end = segment.durable = this.#end
    segment.sealed = true
    segment.last = this.last
    segments.add(segment)
    const slices = new Slices()
    for (const { source, ordinals, offsets } of this.#moves) {
      for (const [i, ordinal] of ordinals.entries()) {
        // Some may be gone: a damaged one that was stored anew.
        if (index.segment(ordinal) === source.number) index.move(ordinal, segment.number, offsets[i]!)
        if (slices.isDue) await slices.rest()
      }
    }
    await indexFiles.save(segment, segment.last)
    return segment
  }

  async discard(): Promise<void> {
    const { files, log } = this.#parts
    try {
      await this.#close()
      await files.remove(`${this.#segment.path}.new`)
    } catch (error) {
      log?.warn({ error, segment: this.#segment.path }, 'could not remove a segment that was not finished; that is done at the next start')
    }
  }

  async #close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#parts.files.close(this.#fd)
  }
}
