import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { carFrame, type Block } from '@thole/dag'
import { toFault } from '../../kernel/faults.ts'
import type { Log } from '../../ports/log.ts'
import type { BlockIndex } from './block-index.ts'
import { writeAll, type SegmentFiles } from './files.ts'
import { writeBatches } from './index-file.ts'
import { segmentHeader, segmentPaths, type Segment } from './segment.ts'

export interface TailParts {
  folder: string
  key: Uint8Array
  index: BlockIndex
  segments: Segment[]
  /** The greatest number that a segment has or had. */
  lastNumber: number
  files: SegmentFiles
  segmentBytes: number
  log?: Log
}

/** A segment that has a descriptor for writing. */
interface OpenSegment {
  segment: Segment
  fd: number
  /** The segment holds blocks below this ordinal. */
  lastOrdinal: number
}

/** Smaller blocks are copied together, so that a write has few buffers. */
const copyBelow = 16 << 10
const slabBytes = 1 << 20
const maxWriteBytes = 8 << 20
/** The index file is written so often that a start after a crash reads little again. */
const indexEveryBytes = 64 << 20
const indexEveryBlocks = 1 << 17

/**
 * The end of the store, where blocks are added. `append` and `rollBack` must not overlap; `sync` may run beside `append`.
 * Blocks are placed in the index first (ordinal below `index.count`), then `written`, then `durable`.
 */
export class Tail {
  readonly #parts: TailParts
  /** In the order of their ordinals. Only the last is appended to, and only while it is not sealed. */
  #open: OpenSegment[] = []
  readonly #slab = Buffer.allocUnsafeSlow(slabBytes)
  #slabUsed = 0
  #runStart = 0
  #buffers: Uint8Array[] = []
  #bytes = 0
  #written: number
  #durable: number

  constructor(parts: TailParts) {
    this.#parts = parts
    this.#written = this.#durable = parts.index.count
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
  async append(blocks: readonly Block[]): Promise<void> {
    const { index, segments } = this.#parts
    try {
      for (const block of blocks) {
        const hash = block.cid.multihash.bytes
        if (index.find(hash) >= 0) continue
        const [prefix, bytes] = carFrame(block) as [Uint8Array, Uint8Array]
        if (!this.#fits(prefix.length + bytes.length)) await this.#makeRoom(prefix.length + bytes.length)
        const { segment } = this.#open.at(-1)!
        index.add(hash, segments.length - 1, segment.end + this.#bytes + prefix.length, bytes.length)
        this.#take(prefix, bytes)
      }
      await this.#flush()
    } catch (error) {
      this.#forgetBuffers()
      index.truncate(this.#written)
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
      this.#durable = Math.min(target, open.lastOrdinal)
    }
    this.#durable = target
  }

  /** Forgets what is not durable, and the segments that hold it: after a failed sync nobody knows what the medium has of them. */
  async rollBack(): Promise<void> {
    this.#parts.index.truncate(this.#durable)
    this.#written = this.#durable
    for (const open of this.#open) {
      const { segment } = open
      const isDirty = segment.durable < segment.end
      segment.sealed ||= isDirty
      segment.indexedOrdinal = Math.min(segment.indexedOrdinal, this.#durable)
      if (segment.sealed) open.lastOrdinal = Math.min(open.lastOrdinal, this.#durable)
      segment.end = segment.durable
      if (isDirty) await this.#cut(open)
    }
  }

  /** Brings index files up to what is durable, where that is due, and lets go of sealed segments. Never throws: they can be rebuilt. */
  async saveIndex({ now = false } = {}): Promise<void> {
    for (const open of this.#open.slice()) {
      const { segment } = open
      const isDone = segment.sealed && segment.durable === segment.end
      const ordinal = Math.min(this.#durable, open.lastOrdinal)
      const isDue = segment.durable - segment.indexed >= indexEveryBytes || ordinal - segment.indexedOrdinal >= indexEveryBlocks
      if (isDone || isDue || (now && segment.indexed < segment.durable)) await this.#saveIndexOf(segment, ordinal)
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

  async #saveIndexOf(segment: Segment, ordinal: number): Promise<void> {
    const { index, key, log } = this.#parts
    try {
      await writeBatches({ index, key, segment, ordinal })
    } catch (error) {
      log?.warn({ error, segment: segment.path }, 'could not write the index of a segment; it is rebuilt at the next start')
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

  #seal(open: OpenSegment): void {
    open.segment.sealed = true
    open.lastOrdinal = this.#written
  }

  #fits(bytes: number): boolean {
    const open = this.#open.at(-1)
    if (!open || open.segment.sealed) return false
    if (this.#bytes >= maxWriteBytes || this.#slabUsed + 2 * copyBelow > slabBytes) return false
    return !this.#isFull(open.segment, bytes)
  }

  #isFull({ end }: Segment, bytes: number): boolean {
    const used = end + this.#bytes
    return used > segmentHeader.length && used + bytes > this.#parts.segmentBytes
  }

  async #makeRoom(bytes: number): Promise<void> {
    await this.#flush()
    const open = this.#open.at(-1)
    if (open && !open.segment.sealed && !this.#isFull(open.segment, bytes)) return
    if (open && !open.segment.sealed) this.#seal(open)
    const newest = this.#parts.segments.at(-1)
    const canGoOn = newest && !open && !newest.sealed && !this.#isFull(newest, bytes)
    this.#open.push(canGoOn ? await this.#reopen(newest) : await this.#create())
  }

  async #reopen(segment: Segment): Promise<OpenSegment> {
    return { segment, fd: await this.#parts.files.open(segment.path), lastOrdinal: Infinity }
  }

  /** The segment's header and folder entry are durable before anything is in it. */
  async #create(): Promise<OpenSegment> {
    const { folder, files, segments } = this.#parts
    const number = ++this.#parts.lastNumber
    const paths = segmentPaths(folder, number)
    const fd = await files.create(paths.path)
    const end = segmentHeader.length
    try {
      await writeAll(files, fd, [segmentHeader], 0)
      await files.sync(fd)
      await files.syncFolder(dirname(paths.path))
    } catch (error) {
      await files.close(fd)
      await rm(paths.path, { force: true })
      throw error
    }
    const segment: Segment = { number, ...paths, end, durable: end, indexed: 0, indexedOrdinal: this.#written, indexEnd: 0, sealed: false }
    segments.push(segment)
    // From the first batch on, a torn tail is known for what it is.
    await this.#saveIndexOf(segment, this.#written)
    return { segment, fd, lastOrdinal: Infinity }
  }

  #take(prefix: Uint8Array, bytes: Uint8Array): void {
    this.#copy(prefix)
    if (bytes.length < copyBelow) this.#copy(bytes)
    else {
      this.#endRun()
      this.#buffers.push(bytes)
    }
    this.#bytes += prefix.length + bytes.length
  }

  #copy(bytes: Uint8Array): void {
    this.#slab.set(bytes, this.#slabUsed)
    this.#slabUsed += bytes.length
  }

  /** What was copied since the last big block becomes one buffer. */
  #endRun(): void {
    if (this.#slabUsed > this.#runStart) this.#buffers.push(this.#slab.subarray(this.#runStart, this.#slabUsed))
    this.#runStart = this.#slabUsed
  }

  async #flush(): Promise<void> {
    if (this.#bytes > 0) {
      this.#endRun()
      const { segment, fd } = this.#open.at(-1)!
      segment.end = await writeAll(this.#parts.files, fd, this.#buffers, segment.end)
      this.#forgetBuffers()
    }
    this.#written = this.#parts.index.count
  }

  #forgetBuffers(): void {
    this.#buffers = []
    this.#bytes = this.#slabUsed = this.#runStart = 0
  }
}
