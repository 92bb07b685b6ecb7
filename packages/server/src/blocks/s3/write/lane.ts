import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { Block } from '@thole/dag'
import { Part } from './part.ts'
import type { PartPool } from './part-pool.ts'
import type { Pending } from './pending.ts'
import type { Relying, Segment } from './segment.ts'

export interface LaneOptions {
  pool: PartPool
  /** A segment ends with the part that takes it beyond one of these. */
  segmentBytes: number
  segmentBlocks: number
  /** Milliseconds that a commit waits for others to share its object, where objects of this lane are on their way already. */
  commitDelayMs: number
  open(): Segment
  pending: Pending
}

/** An upload that was begun so long ago is ended, so that no slow client keeps it open for days. */
const maxOpenMs = 3_600_000
/** Objects on their way at which commits begin to wait for each other. */
const eager = 2
const settled = Promise.resolve()

/** All writers' blocks, one behind the other into one open segment. A commit ends the segment for everybody in it. */
export class Lane {
  readonly #options: LaneOptions
  #segment?: Segment
  #part?: Part
  #given = { bytes: 0, blocks: 0, at: 0 }
  #refilling?: Promise<void>
  #isCommitting = false
  /** The last that somebody wanted to end. */
  #asked?: Segment
  /** Segments that ended and did not settle. */
  readonly #underWay = new Set<Segment>()

  constructor(options: LaneOptions) {
    this.#options = options
  }

  /** Resolves when more may be put. */
  put(writer: Relying, block: Block, key: string): Promise<void> {
    return this.#tryPut(writer, block, key) ? settled : this.#putLater(writer, block, key)
  }

  /** Ends the segment soon, if it is still the open one. */
  commit(segment: Segment): void {
    if (segment !== this.#segment) return
    this.#asked = segment
    if (!this.#isCommitting) void this.#commit()
  }

  /** A segment that nobody relies on any more. */
  letGo(segment: Segment): void {
    if (segment === this.#segment && segment.relying.size === 0) this.#take((part) => segment.abandon(part))
  }

  /** Gives up what nobody commits any more, and waits for the rest. */
  async close(): Promise<void> {
    await this.#refilling
    const segment = this.#segment
    if (segment) this.#take((part) => segment.abandon(part))
    await Promise.all([...this.#underWay].map(({ settled }) => settled))
  }

  #tryPut(writer: Relying, block: Block, key: string): boolean {
    const segment = this.#segment
    if (!segment || segment.failure || !this.#part?.add(block, key)) return false
    segment.relying.add(writer)
    writer.segments.add(segment)
    this.#options.pending.add(key, segment)
    return true
  }

  async #putLater(writer: Relying, block: Block, key: string): Promise<void> {
    while (!writer.failure) {
      await (this.#refilling ??= this.#refill().finally(() => (this.#refilling = undefined)))
      if (this.#options.pending.rely(writer, key) || this.#tryPut(writer, block, key)) return
    }
    throw writer.failure
  }

  async #refill(): Promise<void> {
    const { pool, segmentBytes, segmentBlocks, open } = this.#options
    const failed = this.#segment?.failure && this.#segment
    if (failed) this.#take((part) => failed.abandon(part))
    if (this.#segment && this.#part) {
      this.#given.bytes += this.#part.used
      this.#given.blocks += this.#part.entries.length
      const isFull = this.#given.bytes > segmentBytes - pool.partBytes || this.#given.blocks >= segmentBlocks || performance.now() - this.#given.at > maxOpenMs
      if (isFull) this.#finish()
      else {
        this.#segment.add(this.#part)
        this.#part = undefined
      }
    }
    const buffer = await pool.take()
    const isFirst = this.#segment === undefined
    if (isFirst) {
      this.#segment = open()
      this.#given = { bytes: 0, blocks: 0, at: performance.now() }
    }
    this.#part = new Part(pool, buffer, { isFirst })
  }

  async #commit(): Promise<void> {
    this.#isCommitting = true
    if (this.#underWay.size < eager) await nextTurn()
    else await Promise.race([sleep(this.#options.commitDelayMs), ...[...this.#underWay].map(({ settled }) => settled)])
    while (this.#refilling) await this.#refilling
    this.#isCommitting = false
    if (this.#segment && this.#segment === this.#asked) this.#finish()
  }

  #finish(): void {
    const segment = this.#segment!
    this.#take((part) => segment.finish(part!))
  }

  /** Ends the open segment, whatever becomes of it; the next block opens another. */
  #take(end: (part: Part | undefined) => void): void {
    const segment = this.#segment!
    const part = this.#part
    this.#segment = this.#part = undefined
    this.#underWay.add(segment)
    void segment.settled.then(() => this.#underWay.delete(segment))
    end(part)
  }
}
