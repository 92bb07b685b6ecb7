import type { Block } from '@thole/dag'
import { fault, type Fault } from '../../kernel/faults.ts'
import type { BlockWriter, Multihash, Sizes, StoreOptions } from '../../ports/block-store.ts'
import type { CommitQueue, QueuedWriter } from './commit-queue.ts'
import { maxHashBytes } from './fingerprint.ts'
import { maxBlockBytes } from './segment.ts'
import { Copies, type Slabs } from './slabs.ts'

export interface WriterParts {
  queue: CommitQueue
  slabs: Slabs
  /** Bytes that a writer holds before it hands them over; it may hold twice as many. */
  writerBytes: number
  isClosing(): boolean
  /** Told of every commit, so that closing can wait for it. */
  track(commit: Promise<void>): void
}

/** Bounds the work of one turn of the queue where blocks are tiny. */
const maxBlocks = 4096
const identity = 0x00
const settled = Promise.resolve()

export class DiskWriter implements BlockWriter, QueuedWriter {
  readonly #parts: WriterParts
  readonly #signal?: AbortSignal
  #blocks: Block[] = []
  /** Where the bytes of `#blocks` lie. */
  #copies: Copies
  #bytes = 0
  /** The last portion, while it is under way. */
  #handed?: Promise<number>
  need = 0
  failure?: Fault

  constructor(parts: WriterParts, { signal }: StoreOptions = {}) {
    this.#parts = parts
    this.#copies = new Copies(parts.slabs)
    this.#signal = signal
  }

  put(block: Block): Promise<void> {
    const refusal = this.#refusal() ?? tooLarge(block)
    if (refusal) return Promise.reject(refusal)
    // The CID carries the bytes: there is nothing to store.
    if (block.cid.multihash.code === identity) return settled
    const { queue, writerBytes } = this.#parts
    if (queue.skips(this, block.cid.multihash.bytes)) return settled
    this.#blocks.push({ cid: block.cid, bytes: this.#copies.add(block.bytes) })
    this.#bytes += block.bytes.length
    return this.#bytes < writerBytes && this.#blocks.length < maxBlocks ? settled : this.#makeRoom()
  }

  commit(): Promise<void> {
    const commit = this.#commit()
    this.#parts.track(commit)
    return commit
  }

  /** Until reclaim exists nothing takes away what was claimed. */
  claim(hashes: readonly Multihash[]): Sizes {
    return this.#parts.queue.sizes(hashes)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end()
  }

  async end(): Promise<void> {
    this.failure ??= fault('ABORTED')
    this.#blocks = []
    this.#copies.giveBack()
    this.#parts.queue.forget(this)
    await this.#handed
  }

  async #commit(): Promise<void> {
    this.#demandNoRefusal()
    const { queue } = this.#parts
    if (this.#blocks.length === 0 && !this.#handed && queue.isSettled(this)) return
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
    const blocks = this.#blocks
    const copies = this.#copies
    this.#blocks = []
    this.#copies = new Copies(this.#parts.slabs)
    this.#bytes = 0
    const handed = this.#parts.queue.append(this, blocks)
    this.#handed = handed
    const need = await handed
    copies.giveBack()
    if (this.#handed === handed) this.#handed = undefined
    return need
  }

  #refusal(): Fault | undefined {
    if (this.failure) return this.failure
    if (this.#signal?.aborted) return fault('ABORTED', {}, { cause: this.#signal.reason })
    return this.#parts.isClosing() ? fault('SHUTTING_DOWN') : undefined
  }

  #demandNoRefusal(): void {
    const refusal = this.#refusal()
    if (refusal) throw refusal
  }
}

function tooLarge({ cid, bytes }: Block): Fault | undefined {
  if (bytes.length > maxBlockBytes) return fault('TOO_LARGE', { reason: `a block may have ${maxBlockBytes} bytes, this one has ${bytes.length}` })
  const hashBytes = cid.multihash.bytes.length
  return hashBytes > maxHashBytes ? fault('INVALID_CID', { reason: `a multihash may have ${maxHashBytes} bytes, this one has ${hashBytes}` }) : undefined
}
