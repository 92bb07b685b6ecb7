import type { Block } from '@thole/dag'
import { fault, type Fault } from '../../../kernel/faults.ts'
import type { BlockWriter, Multihash, Sizes, StoreOptions } from '../../../ports/block-store.ts'
import { tooLarge } from '../../block-limits.ts'
import { claim, type ClaimParts } from '../index/claims.ts'
import { keyOf } from '../index/hash-key.ts'
import type { Hold } from '../index/reliance.ts'
import type { Relying, Segment } from './segment.ts'
import type { Uploads } from './uploads.ts'

export interface WriterParts extends ClaimParts {
  uploads: Uploads
  /** A writer that put more has its blocks go the way of the big. */
  bigBytes: number
  isClosing(): boolean
  /** Told of every commit, so that closing can wait for it. */
  track<T>(work: Promise<T>): Promise<T>
}

/** The longest multihash that the store takes. */
const maxHashBytes = 127
const identity = 0x00
const settled = Promise.resolve()

export class S3Writer implements BlockWriter, Relying {
  readonly segments = new Set<Segment>()
  failure?: Fault
  readonly #parts: WriterParts
  readonly #signal?: AbortSignal
  readonly #hold: Hold
  #bytes = 0

  constructor(parts: WriterParts, { signal }: StoreOptions = {}) {
    this.#parts = parts
    this.#signal = signal
    this.#hold = parts.reliance.begin()
  }

  get since(): number {
    return this.#hold.since
  }

  put(block: Block): Promise<void> {
    const refusal = this.#refusal() ?? tooLarge(block, maxHashBytes)
    if (refusal) return Promise.reject(refusal)
    // The CID carries the bytes: there is nothing to store.
    if (block.cid.multihash.code === identity) return settled
    const { uploads, bigBytes } = this.#parts
    const key = keyOf(block.cid.multihash.bytes)
    if (uploads.pending.rely(this, key)) return settled
    this.#bytes += block.bytes.length
    const lane = this.#bytes > bigBytes ? uploads.big : uploads.small
    return lane.put(this, block, key)
  }

  async claim(hashes: readonly Multihash[]): Promise<Sizes> {
    this.#demand()
    const here = await claim(this.#parts, hashes, this.since)
    this.#demand()
    return hashes.map((hash) => here.get(keyOf(hash))?.bytes)
  }

  commit(): Promise<void> {
    return this.#parts.track(this.#commit())
  }

  async end(): Promise<void> {
    this.failure ??= fault('ABORTED')
    const { reliance, uploads } = this.#parts
    for (const segment of this.segments) {
      segment.relying.delete(this)
      uploads.small.letGo(segment)
      uploads.big.letGo(segment)
    }
    this.segments.clear()
    reliance.end(this.#hold)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end()
  }

  async #commit(): Promise<void> {
    this.#demand()
    const { small, big } = this.#parts.uploads
    const segments = [...this.segments]
    for (const segment of segments) {
      small.commit(segment)
      big.commit(segment)
    }
    await Promise.all(segments.map(({ settled }) => settled))
    if (this.failure) throw this.failure
    this.#parts.reliance.demand(this.#hold)
  }

  #refusal(): Fault | undefined {
    if (this.failure) return this.failure
    if (this.#signal?.aborted) return fault('ABORTED', {}, { cause: this.#signal.reason })
    return this.#parts.isClosing() ? fault('SHUTTING_DOWN') : undefined
  }

  #demand(): void {
    const refusal = this.#refusal()
    if (refusal) throw refusal
    this.#parts.reliance.demand(this.#hold)
  }
}
