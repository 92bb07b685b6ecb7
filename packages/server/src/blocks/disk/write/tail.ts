import { toFault } from '../../../kernel/faults.ts'
import type { Log } from '../../../ports/log.ts'
import { writeAll, type SegmentFiles } from '../files.ts'
import type { BlockIndex } from '../index/block-index.ts'
import type { IndexFiles } from '../index/index-files.ts'
import { segmentHeader, type Segment } from '../segments/segment.ts'
import type { Segments } from '../segments/segments.ts'
import type { Frame } from './frames.ts'
import { createSegment, reopenSegment, type OpenSegment } from './open-segment.ts'
import { Replacements } from './replacements.ts'
import { Unwritten } from './unwritten.ts'

export interface TailParts {
  folder: string
  index: BlockIndex
  indexFiles: IndexFiles
  segments: Segments
  files: SegmentFiles
  segmentBytes: number
  log?: Log
}

/** Frames of one writer. */
export interface Portion {
  frames: readonly Frame[]
  /** Told where each of them is placed, also where it was before. */
  rely(ordinal: number): void
}

const maxWriteBytes = 8 << 20
/** The index file is written so often that a start after a crash reads little again. */
const indexEveryBytes = 64 << 20
const indexEveryBlocks = 1 << 17

/**
 * The end of the store, where blocks are added. `append`, `seal` and `rollBack` must not overlap; `sync` and `saveIndex` may run beside both.
 * Blocks are placed in the index first (ordinal below `index.count`), then `written`, then `durable`.
 */
export class Tail {
  readonly #parts: TailParts
  /** In the order of their ordinals. Only the last is appended to, and only while it is not sealed. */
  #open: OpenSegment[] = []
  /** From an earlier process, to go on with. */
  #resumable?: Segment
  readonly #unwritten = new Unwritten()
  #written: number
  #durable: number
  readonly #replacements = new Replacements()

  constructor(parts: TailParts) {
    this.#parts = parts
    this.#written = this.#durable = parts.index.count
    // Only the newest: what is stored anew must come to lie in a segment of a higher number than where it was freed (see `rewrite`).
    const newest = [...parts.segments].at(-1)
    for (const segment of parts.segments) segment.sealed ||= segment !== newest
    if (newest && !newest.sealed) this.#resumable = newest
  }

  /** The segment that the next block goes to, where that is known. */
  get current(): Segment | undefined {
    return this.#unsealed()?.segment ?? this.#resumable
  }

  /** Whether it is, or may be, appended to, or is not durable yet. */
  isOpen(segment: Segment): boolean {
    return segment === this.#resumable || this.#open.some((open) => open.segment === segment)
  }

  get written(): number {
    return this.#written
  }

  get durable(): number {
    return this.#durable
  }

  /** Bytes that are written and not known to be durable. */
  get dirtyBytes(): number {
    return this.#open.reduce((sum, { segment }) => sum + segment.end - segment.durable, 0)
  }

  /** Writes those blocks that are not placed yet. Where that fails, none that this call placed and did not write stays placed. */
  async append(portions: readonly Portion[]): Promise<void> {
    const { index } = this.#parts
    try {
      for (const { frames, rely } of portions) {
        for (const frame of frames) {
          const known = index.find(frame.hash)
          const isDamaged = known >= 0 && index.isBad(known)
          if (known < 0 || isDamaged) {
            const ordinal = this.#place(frame) ?? (await this.#placeInRoom(frame))
            if (isDamaged) this.#replacements.add(known, ordinal)
            rely(ordinal)
          } else rely(known)
        }
      }
      await this.#flush()
    } catch (error) {
      this.#unwritten.clear()
      this.#forget(this.#written)
      await this.#cutCurrent(error)
      throw error
    }
  }

  /** Everything written before the call is durable when it resolves. After a failure only `rollBack` may follow. */
  async sync(): Promise<void> {
    const target = this.#written
    const dirty = this.#open.filter(({ segment }) => segment.durable < segment.end).map((open) => ({ open, end: open.segment.end }))
    for (const { open, end } of dirty) {
      await this.#parts.files.sync(open.fd)
      open.segment.durable = end
      this.#durable = Math.min(target, open.segment.last)
    }
    this.#durable = target
    this.#replacements.settle(this.#parts.index, target)
  }

  /** Forgets what is not durable, and the segments that hold it: after a failed sync nobody knows what the medium has of them. */
  async rollBack(): Promise<void> {
    this.#forget(this.#durable)
    this.#written = this.#durable
    for (const open of this.#open.slice()) {
      const { segment } = open
      const isDirty = segment.durable < segment.end
      segment.sealed ||= isDirty
      segment.indexedOrdinal = Math.min(segment.indexedOrdinal, this.#durable)
      if (segment.sealed) segment.last = Math.min(segment.last, this.#durable)
      segment.end = segment.durable
      if (isDirty) await this.#cut(open)
    }
  }

  /** Nothing more goes to the current segment, which is returned. It is durable and closed after the next `sync` and `saveIndex`. */
  seal(): Segment | undefined {
    const segment = this.current
    const open = this.#unsealed()
    if (open) this.#seal(open)
    else if (segment) segment.sealed = true
    this.#resumable = undefined
    return segment
  }

  /** Brings index files up to what is durable, where that is due, and lets go of sealed segments. Never throws: they can be rebuilt. */
  async saveIndex({ now = false } = {}): Promise<void> {
    for (const open of this.#open.slice()) {
      const { segment } = open
      const isDone = segment.sealed && segment.durable === segment.end
      const ordinal = Math.min(this.#durable, segment.last)
      // Where the file could not be begun, as on a full disk, nobody would know a torn tail from damage.
      const isLacking = segment.indexed === 0
      const isDue = isLacking || segment.durable - segment.indexed >= indexEveryBytes || ordinal - segment.indexedOrdinal >= indexEveryBlocks
      if (isDone || isDue || (now && segment.indexed < segment.durable)) await this.#parts.indexFiles.save(segment, ordinal)
      if (isDone) {
        this.#open.splice(this.#open.indexOf(open), 1)
        await this.#release(open)
      }
    }
  }

  async close(): Promise<void> {
    await this.saveIndex({ now: true })
    for (const open of this.#open.splice(0)) await this.#release(open)
  }

  async #release({ segment, fd }: OpenSegment): Promise<void> {
    try {
      await this.#parts.files.close(fd)
    } catch (error) {
      this.#parts.log?.warn({ error, segment: segment.path }, 'could not close a segment')
    }
  }

  /** After a failed write: takes away what is beyond the last good frame. Only a full medium leaves the segment worth going on with. */
  async #cutCurrent(error: unknown): Promise<void> {
    const open = this.#open.at(-1)
    if (!open || open.segment.sealed) return
    const isClean = await this.#cut(open)
    if (!isClean || toFault(error).code !== 'STORAGE_FULL') this.#seal(open)
  }

  async #cut({ segment, fd }: OpenSegment): Promise<boolean> {
    try {
      await this.#parts.files.truncate(fd, segment.end)
      return true
    } catch (error) {
      this.#parts.log?.warn({ error, segment: segment.path }, 'could not cut off the end of a segment; that is done at the next start')
      return false
    }
  }

  #seal({ segment }: OpenSegment): void {
    segment.sealed = true
    segment.last = this.#written
  }

  /** Where the frame lies from now on, to be written with the next flush; undefined where there is no room for it yet. */
  #place(frame: Frame): number | undefined {
    const { hash, start, end, length } = frame
    const { segment } = this.#unsealed() ?? {}
    if (!segment || this.#unwritten.bytes >= maxWriteBytes || this.#isFull(segment, end - start)) return undefined
    this.#unwritten.add(frame)
    return this.#parts.index.add(hash, segment.number, segment.end + this.#unwritten.bytes - length, length)
  }

  async #placeInRoom(frame: Frame): Promise<number> {
    await this.#flush()
    const bytes = frame.end - frame.start
    const open = this.#unsealed()
    if (!open || this.#isFull(open.segment, bytes)) {
      if (open) this.#seal(open)
      this.#open.push((await this.#resume(bytes)) ?? (await this.#create()))
    }
    return this.#place(frame)!
  }

  /** Goes on with what an earlier process left, once. */
  async #resume(bytes: number): Promise<OpenSegment | undefined> {
    const segment = this.#resumable
    if (!segment) return undefined
    const isFull = this.#isFull(segment, bytes)
    const open = isFull ? undefined : await reopenSegment(this.#parts.files, segment)
    segment.sealed = isFull
    this.#resumable = undefined
    return open
  }

  async #create(): Promise<OpenSegment> {
    const { folder, files, segments, indexFiles } = this.#parts
    const open = await createSegment(files, folder, segments.nextNumber(), this.#written)
    segments.add(open.segment)
    // From the first batch on, a torn tail is known for what it is.
    await indexFiles.save(open.segment, this.#written)
    return open
  }

  #unsealed(): OpenSegment | undefined {
    const open = this.#open.at(-1)
    return open?.segment.sealed ? undefined : open
  }

  #isFull({ end }: Segment, bytes: number): boolean {
    const used = end + this.#unwritten.bytes
    return used > segmentHeader.length && used + bytes > this.#parts.segmentBytes
  }

  async #flush(): Promise<void> {
    if (this.#unwritten.bytes > 0) {
      const { segment, fd } = this.#open.at(-1)!
      segment.end = await writeAll(this.#parts.files, fd, this.#unwritten.buffers(), segment.end)
      this.#unwritten.clear()
    }
    this.#written = this.#parts.index.count
  }

  /** The newest blocks, down to `count`. */
  #forget(count: number): void {
    this.#parts.index.truncate(count)
    this.#replacements.truncate(count)
  }
}
