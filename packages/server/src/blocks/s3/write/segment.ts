import { fault, toFault, type Fault } from '../../../kernel/faults.ts'
import type { PlacedBlock } from '../../../ports/db/index.ts'
import type { Bucket } from '../bucket/bucket.ts'
import { minPartBytes, segmentHeader, type Part } from './part.ts'
import { newSegmentId, segmentKey } from '../segments/segment-id.ts'
import { SegmentUpload } from './segment-upload.ts'

/** Somebody who cannot go on where the segment fails. */
export interface Relying {
  /** Stamp of its beginning. */
  readonly since: number
  readonly segments: Set<Segment>
  failure?: Fault
}

/** What becomes of a segment beside its upload. */
export interface SegmentHandling {
  /** Takes out of a part what needs no upload. */
  thin?(part: Part, segment: Segment): Promise<void>
  /** The object is complete: enters its blocks. */
  enter(segment: Segment, blocks: readonly PlacedBlock[]): Promise<void>
  settled?(segment: Segment, isEntered: boolean): void
}

/** A segment in the making. Parts are given to it in order; it settles when its object and its rows are there, or when it failed. */
export class Segment {
  readonly id: string = newSegmentId()
  readonly relying = new Set<Relying>()
  /** Never rejects. */
  readonly settled: Promise<void>
  failure?: Fault
  readonly #handling: SegmentHandling
  readonly #upload: SegmentUpload
  readonly #blocks: PlacedBlock[] = []
  readonly #settle: () => void
  #bytes = 0
  /** Too short to go as a part of its own. */
  #short?: Part
  #work: Promise<void> = Promise.resolve()
  #uploads: Promise<void>[] = []

  constructor(bucket: Bucket, handling: SegmentHandling) {
    this.#handling = handling
    this.#upload = new SegmentUpload(bucket, segmentKey(this.id))
    const { promise, resolve } = Promise.withResolvers<void>()
    this.settled = promise
    this.#settle = resolve
  }

  /** So far; in the end, of the object. */
  get bytes(): number {
    return this.#bytes
  }

  /** Takes the part over, to upload it while the next one is filled. */
  add(part: Part): void {
    this.#then(part, async () => {
      const whole = await this.#thinned(part)
      if (this.failure) whole.release()
      else if (whole.used < minPartBytes) this.#short = whole
      else this.#send(whole)
    })
  }

  /** The last part. */
  finish(part: Part): void {
    this.#then(part, async () => {
      const whole = await this.#thinned(part)
      if (this.failure) return whole.release()
      const isEmpty = whole.used === (this.#bytes === 0 ? segmentHeader.length : 0)
      if (!isEmpty) this.#place(whole)
      try {
        await Promise.all(this.#uploads)
        if (this.#blocks.length > 0) await this.#upload.finish(isEmpty ? undefined : whole.bytes)
      } finally {
        whole.release()
      }
      if (this.#blocks.length > 0) await this.#handling.enter(this, this.#blocks)
      this.#end(true)
    })
  }

  /** Nobody wants it any more. */
  abandon(part?: Part): void {
    this.#fail(fault('ABORTED'))
    part?.release()
  }

  /** One thing after the other; after a failure nothing but giving back. */
  #then(part: Part, step: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.failure) return part.release()
      await step().catch((error: unknown) => this.#fail(error))
    })
  }

  async #thinned(part: Part): Promise<Part> {
    try {
      await this.#handling.thin?.(part, this)
    } catch (error) {
      part.release()
      throw error
    }
    const short = this.#short
    if (!short) return part
    this.#short = undefined
    short.join(part)
    return short
  }

  #place(part: Part): void {
    // Not by spreading: it would put every block on the stack.
    for (const block of part.placed(this.#bytes)) this.#blocks.push(block)
    this.#bytes += part.used
  }

  #send(part: Part): void {
    this.#place(part)
    const upload = this.#upload.part(part.bytes).finally(() => part.release())
    upload.catch((error: unknown) => this.#fail(error))
    this.#uploads.push(upload)
  }

  /** Told at once; what was begun is taken back behind the step that is under way. */
  #fail(error: unknown): void {
    if (this.failure) return
    this.failure = toFault(error)
    for (const one of this.relying) one.failure ??= this.failure
    this.#work = this.#work.then(async () => {
      await this.#giveUp()
      this.#end(false)
    })
  }

  async #giveUp(): Promise<void> {
    this.#short?.release()
    this.#short = undefined
    await Promise.allSettled(this.#uploads)
    // What cannot be aborted now is found by a sweep.
    await this.#upload.abort().catch(() => undefined)
  }

  #end(isEntered: boolean): void {
    for (const one of this.relying) one.segments.delete(this)
    this.relying.clear()
    this.#handling.settled?.(this, isEntered)
    this.#settle()
  }
}
