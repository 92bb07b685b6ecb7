import type { Block } from '@thole/dag'
import { fault, type Fault } from '../../../kernel/faults.ts'
import type { BlockWriter, Multihash, Sizes, StoreOptions } from '../../../ports/block-store.ts'
import { tooLarge } from '../../block-limits.ts'
import type { BlockIndex } from '../index/block-index.ts'
import { maxHashBytes } from '../index/fingerprint.ts'
import type { OrdinalSet } from '../index/ordinal-set.ts'
import type { Reliance } from '../reclaim/reliance.ts'
import type { UnderWay } from '../under-way.ts'
import type { CommitQueue, QueuedWriter } from './commit-queue.ts'
import { Frames, type Slabs } from './frames.ts'
import type { Tail } from './tail.ts'

export interface WriterParts {
  queue: CommitQueue
  index: BlockIndex
  tail: Tail
  reliance: Reliance
  slabs: Slabs
  /** Bytes that a writer holds before it hands them over; it may hold twice as many. */
  writerBytes: number
  /** Told of every commit, so that closing can wait for it. */
  underWay: UnderWay
}

/** Bounds the work of one turn of the queue where blocks are tiny. */
const maxBlocks = 4096
const identity = 0x00
/** Made once: an error costs more than all else when a writer ends. */
const ended = fault('ABORTED')
const settled = Promise.resolve()

export class DiskWriter implements BlockWriter, QueuedWriter {
  readonly #parts: WriterParts
  readonly #signal?: AbortSignal
  readonly #held: OrdinalSet
  #frames: Frames
  /** The last portion, while it is under way. */
  #handed?: Promise<number>
  need = 0
  failure?: Fault

  constructor(parts: WriterParts, { signal }: StoreOptions = {}) {
    this.#parts = parts
    this.#held = parts.reliance.hold()
    this.#frames = new Frames(parts.slabs)
    this.#signal = signal
  }

  put(block: Block): Promise<void> {
    const refusal = this.#refusal() ?? tooLarge(block, maxHashBytes)
    if (refusal) return Promise.reject(refusal)
    // The CID carries the bytes: there is nothing to store.
    if (block.cid.multihash.code === identity) return settled
    const { queue, writerBytes } = this.#parts
    if (queue.skips(this, block.cid.multihash.bytes)) return settled
    this.#frames.add(block)
    return this.#frames.bytes < writerBytes && this.#frames.all.length < maxBlocks ? settled : this.#makeRoom()
  }

  commit(): Promise<void> {
    const commit = this.#commit()
    this.#parts.underWay.track(commit)
    return commit
  }

  claim(hashes: readonly Multihash[]): Sizes {
    this.#demandNoRefusal()
    const { index, tail } = this.#parts
    const { durable } = tail
    return hashes.map((hash) => {
      const ordinal = index.findGood(hash, durable)
      if (ordinal < 0) return undefined
      this.rely(ordinal)
      return index.length(ordinal)
    })
  }

  rely(ordinal: number): void {
    this.#parts.reliance.rely(this.#held, ordinal)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end()
  }

  async end(): Promise<void> {
    this.failure ??= ended
    this.#parts.reliance.letGo(this.#held)
    this.#frames.giveBack()
    this.#frames = new Frames(this.#parts.slabs)
    this.#parts.queue.forget(this)
    await this.#handed
  }

  async #commit(): Promise<void> {
    this.#demandNoRefusal()
    const { queue } = this.#parts
    if (this.#frames.all.length === 0 && !this.#handed && queue.isSettled(this)) return
    const need = await this.#handOver()
    await queue.settle(this, need)
    if (this.failure) throw this.failure
  }

  /** One portion may be under way while the next one is filled. */
  async #makeRoom(): Promise<void> {
    const earlier = this.#handed
    void this.#handOver()
    await earlier
    this.#demandNoRefusal()
  }

  async #handOver(): Promise<number> {
    const frames = this.#frames
    this.#frames = new Frames(this.#parts.slabs)
    const handed = this.#parts.queue.append(this, frames)
    this.#handed = handed
    const need = await handed
    frames.giveBack()
    if (this.#handed === handed) this.#handed = undefined
    return need
  }

  #refusal(): Fault | undefined {
    if (this.failure) return this.failure
    if (this.#signal?.aborted) return fault('ABORTED', {}, { cause: this.#signal.reason })
    return this.#parts.underWay.isClosing ? fault('SHUTTING_DOWN') : undefined
  }

  #demandNoRefusal(): void {
    const refusal = this.#refusal()
    if (refusal) throw refusal
  }
}
