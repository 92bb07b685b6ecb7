import { fault, type Fault } from '../../../kernel/faults.ts'
import type { Multihash } from '../../../ports/block-store.ts'
import type { Log } from '../../../ports/log.ts'
import type { BlockIndex } from '../index/block-index.ts'
import type { IndexFiles } from '../index/index-files.ts'
import { hashBefore, maxHeadBytes } from '../segments/head.ts'
import type { Segments } from '../segments/segments.ts'
import type { Reader } from './reader.ts'

export interface QuarantineParts {
  index: BlockIndex
  indexFiles: IndexFiles
  segments: Segments
  reader: Reader
  log?: Log
}

type Listener = (hash: Multihash) => void

/** Names that are kept; of others the listeners are told again. */
const maxNames = 100_000

/** Blocks that are damaged: their entries stay in the index, so that nobody is told that they were never here. */
export class Quarantine {
  readonly #parts: QuarantineParts
  readonly #listeners = new Set<Listener>()
  /** The multihashes of bad entries, as far as they were met. */
  readonly #names = new Map<number, Multihash>()

  constructor(parts: QuarantineParts) {
    this.#parts = parts
  }

  /** The block is bad from now on, and after a restart. Without a hash where its head is damaged too. */
  add(ordinal: number, hash: Multihash | undefined, why: unknown): void {
    const { index, indexFiles, segments, log } = this.#parts
    if (!index.isLive(ordinal) || index.isBad(ordinal)) return
    const segment = segments.get(index.segment(ordinal))!
    log?.error({ error: why, segment: segment.path, offset: index.offset(ordinal), block: hash && textOf(hash) }, 'a block is damaged')
    index.markBad(ordinal)
    void indexFiles.saveBad(segment, ordinal)
    if (hash) this.#learn(ordinal, hash)
  }

  /** What to tell who asks for a bad block. */
  refusal(ordinal: number, hash: Multihash): Fault {
    this.#learn(ordinal, hash)
    return fault('BLOCK_DAMAGED', { block: textOf(hash) })
  }

  /** Those whose hashes are known, or can be read, at most `limit`. */
  async list(limit: number): Promise<Multihash[]> {
    const { index } = this.#parts
    for (const ordinal of this.#names.keys()) if (!index.isBad(ordinal)) this.#names.delete(ordinal)
    const found: Multihash[] = []
    for (const ordinal of index.bad) {
      if (found.length >= limit) break
      const hash = this.#names.get(ordinal) ?? (await this.#readName(ordinal))
      if (hash) found.push(hash)
    }
    return found
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #learn(ordinal: number, hash: Multihash): void {
    if (this.#names.has(ordinal)) return
    const name = new Uint8Array(hash)
    if (this.#names.size < maxNames) this.#names.set(ordinal, name)
    for (const listener of this.#listeners) listener(name)
  }

  /** From the head of its frame, where that is not damaged. */
  async #readName(ordinal: number): Promise<Multihash | undefined> {
    const { index, segments, reader } = this.#parts
    const segment = segments.get(index.segment(ordinal))
    if (!segment || segment.missing) return undefined
    const offset = index.offset(ordinal)
    const bytes = Buffer.alloc(Math.min(maxHeadBytes, offset))
    try {
      await reader.read(segment.path, bytes, offset - bytes.length)
    } catch {
      return undefined
    }
    const hash = hashBefore(bytes, bytes.length, (candidate) => index.isOf(ordinal, candidate))
    return hash && new Uint8Array(hash)
  }
}

function textOf(hash: Multihash): string {
  return Buffer.from(hash).toString('hex')
}
