import { fault } from '../../../kernel/faults.ts'
import type { Multihash } from '../../../ports/block-store.ts'
import type { Log } from '../../../ports/log.ts'
import type { BlockIndex } from '../index/block-index.ts'
import type { Segments } from '../segments/segments.ts'
import type { Quarantine } from './quarantine.ts'
import type { Reader } from './reader.ts'
import { verify } from './verify.ts'

export interface BlockReadsParts {
  index: BlockIndex
  segments: Segments
  reader: Reader
  quarantine: Quarantine
  /** The ordinal of a block that readers may see, damaged or not, or -1. */
  find(hash: Multihash): number
  log?: Log
}

/** Bytes that lie behind one another, for one read. */
interface Span {
  path: string
  start: number
  end: number
  ordinals: number[]
}

/** What lies between two blocks that were put one after the other is a head. */
const maxHeads = 256
/** Bounds the work of one turn where blocks are tiny. */
const maxRunBlocks = 1024

/** Reads blocks and checks them: what does not match is quarantined, and wrong bytes are never given. */
export class BlockReads {
  readonly #parts: BlockReadsParts

  constructor(parts: BlockReadsParts) {
    this.#parts = parts
  }

  async get(hash: Multihash): Promise<Uint8Array | undefined> {
    for (let mismatches = 0; ; ) {
      const { index, quarantine } = this.#parts
      const ordinal = this.#parts.find(hash)
      if (ordinal < 0) return undefined
      if (index.isBad(ordinal)) throw quarantine.refusal(ordinal, hash)
      const span = this.#spanOf(ordinal, hash)
      const read = this.#read(span)
      const bytes = read instanceof Promise ? await read : read
      const why = this.#whyNot(ordinal, hash, bytes, span.end - span.start)
      if (!why) return new Uint8Array(bytes.buffer, hash.length)
      // A reclaim may have moved it while it was read.
      if (!this.#isStillAt(ordinal, span)) continue
      if (++mismatches > 1) quarantine.add(ordinal, hash, why)
    }
  }

  /** The first, and those that follow it on the medium, up to `maxBytes`; those behind the first as long as they are good. */
  async getRun(hashes: readonly Multihash[], maxBytes: number): Promise<Uint8Array[]> {
    const { index, find } = this.#parts
    const first = hashes[0] ? find(hashes[0]) : -1
    if (first < 0) return []
    if (index.isBad(first)) throw this.#parts.quarantine.refusal(first, hashes[0]!)
    const span = this.#spanOf(first, hashes[0]!)
    for (let i = 1; i < Math.min(hashes.length, maxRunBlocks); i++) if (!this.#extend(span, hashes[i]!, maxBytes)) break
    const offsets = span.ordinals.map((ordinal) => [index.offset(ordinal) - span.start, index.length(ordinal)] as const)
    const read = this.#read(span)
    const bytes = read instanceof Promise ? await read : read
    const blocks: Uint8Array[] = []
    for (const [i, ordinal] of span.ordinals.entries()) {
      const [at, length] = offsets[i]!
      const hash = hashes[i]!
      if (this.#whyNot(ordinal, hash, bytes.subarray(at - hash.length, at + length), hash.length + length)) break
      blocks.push(new Uint8Array(bytes.buffer, at, length))
    }
    if (blocks.length > 0) return blocks
    const alone = await this.get(hashes[0]!)
    return alone ? [alone] : []
  }

  /** Whether the block is good after all, at a second look. Quarantines it where it is not. */
  async isGood(ordinal: number, hash: Multihash): Promise<boolean> {
    const { index, quarantine } = this.#parts
    if (!index.isLive(ordinal) || index.isBad(ordinal)) return false
    const span = this.#spanOf(ordinal, hash)
    const why = this.#whyNot(ordinal, hash, await this.#read(span), span.end - span.start)
    if (why && this.#isStillAt(ordinal, span)) quarantine.add(ordinal, hash, why)
    return !why
  }

  /** The multihash stands right before the bytes, so that reading both shows whether the index points at this block. */
  #spanOf(ordinal: number, hash: Multihash): Span {
    const { index, segments } = this.#parts
    const { path } = segments.get(index.segment(ordinal))!
    const offset = index.offset(ordinal)
    return { path, start: offset - hash.length, end: offset + index.length(ordinal), ordinals: [ordinal] }
  }

  #isStillAt(ordinal: number, { path, end }: Span): boolean {
    const { index, segments } = this.#parts
    return segments.get(index.segment(ordinal))?.path === path && index.offset(ordinal) + index.length(ordinal) === end
  }

  #extend(span: Span, hash: Multihash, maxBytes: number): boolean {
    const { index, segments, find } = this.#parts
    const ordinal = find(hash)
    if (ordinal < 0 || index.isBad(ordinal)) return false
    const offset = index.offset(ordinal)
    const gap = offset - span.end
    const end = offset + index.length(ordinal)
    if (gap < hash.length || gap > maxHeads || end - span.start > maxBytes) return false
    if (segments.get(index.segment(ordinal))!.path !== span.path) return false
    span.end = end
    span.ordinals.push(ordinal)
    return true
  }

  /** Fewer bytes where the segment has fewer, or is gone. */
  #read({ path, start, end }: Span): Buffer | Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(end - start)
    try {
      const read = this.#parts.reader.read(path, bytes, start)
      if (typeof read === 'number') return bytes.subarray(0, read)
      return read.then((count) => bytes.subarray(0, count)).catch((error: unknown) => this.#failed(error, path, start))
    } catch (error) {
      return this.#failed(error, path, start)
    }
  }

  /** A file that is gone has no bytes; everything else is the medium's failure, which may pass. */
  #failed(error: unknown, path: string, start: number): Buffer {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Buffer.alloc(0)
    this.#parts.log?.error({ error, segment: path, offset: start }, 'a segment cannot be read')
    throw fault('INTERNAL', { incident: `${path}@${start}` }, { cause: error })
  }

  #whyNot(ordinal: number, hash: Multihash, bytes: Buffer, wanted: number): string | undefined {
    const { index } = this.#parts
    if (bytes.length < wanted) return 'the segment ends within the block, or is gone'
    if (bytes.compare(hash, 0, hash.length, 0, hash.length) !== 0) return 'another block lies there'
    return verify(index, ordinal, hash, bytes.subarray(hash.length)) ? undefined : 'the bytes do not match their hash'
  }
}
