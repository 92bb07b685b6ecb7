import { carFrame, carHeader, type Block } from '@thole/dag'
import type { Multihash } from '../../../ports/block-store.ts'
import type { PlacedBlock } from '../../../ports/db/index.ts'
import type { PartPool } from './part-pool.ts'

/** What every segment begins with: a CARv1 header without roots. */
export const segmentHeader = carHeader([])

/** S3: every part of an upload but the last has at least 5 MiB. */
export const minPartBytes = 5 << 20

interface Entry {
  key: string
  hash: Multihash
  /** Of its frame in the part, and of the bytes in it. */
  start: number
  bytesStart: number
  end: number
}

/** Frames on their way into a segment: one buffer, uploaded as a whole. */
export class Part {
  readonly #pool: PartPool
  /** The pool's. */
  readonly #lent: Buffer
  #buffer: Buffer
  #entries: Entry[] = []
  #used = 0

  constructor(pool: PartPool, buffer: Buffer, { isFirst }: { isFirst: boolean }) {
    this.#pool = pool
    this.#lent = this.#buffer = buffer
    if (!isFirst) return
    buffer.set(segmentHeader)
    this.#used = segmentHeader.length
  }

  get used(): number {
    return this.#used
  }

  get entries(): readonly Entry[] {
    return this.#entries
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#used)
  }

  /** Copies the block in; false where it has no room and the part is large enough to go. */
  add(block: Block, key: string): boolean {
    const [head, bytes] = carFrame(block) as [Uint8Array, Uint8Array]
    const start = this.#used
    const bytesStart = start + head.length
    const end = bytesStart + bytes.length
    if (!this.#hasRoom(end)) return false
    this.#buffer.set(head, start)
    this.#buffer.set(bytes, bytesStart)
    this.#entries.push({ key, hash: block.cid.multihash.bytes, start, bytesStart, end })
    this.#used = end
    return true
  }

  /** The same with a frame that stands already, of a block of so many bytes. */
  addFrame(frame: Uint8Array, { hash, bytes }: { hash: Multihash; bytes: number }): boolean {
    const start = this.#used
    const end = start + frame.length
    if (!this.#hasRoom(end)) return false
    this.#buffer.set(frame, start)
    this.#entries.push({ key: '', hash, start, bytesStart: end - bytes, end })
    this.#used = end
    return true
  }

  /** Takes out the entries that `isUnwanted` says, closing the gaps. */
  remove(isUnwanted: (key: string) => boolean): void {
    if (!this.#entries.some(({ key }) => isUnwanted(key))) return
    const kept: Entry[] = []
    let at = this.#entries[0]!.start
    for (const entry of this.#entries) {
      if (isUnwanted(entry.key)) continue
      const back = entry.start - at
      if (back > 0) this.#buffer.copyWithin(at, entry.start, entry.end)
      kept.push({ ...entry, start: at, bytesStart: entry.bytesStart - back, end: entry.end - back })
      at = entry.end - back
    }
    this.#entries = kept
    this.#used = at
  }

  /** Puts another part behind this one, which is done with then. */
  join(other: Part): void {
    const from = this.#used
    const end = from + other.#used
    if (end > this.#buffer.length) this.#grow(end)
    this.#buffer.set(other.bytes, from)
    for (const { start, bytesStart, end: its, ...entry } of other.#entries) this.#entries.push({ ...entry, start: from + start, bytesStart: from + bytesStart, end: from + its })
    this.#used = end
    other.release()
  }

  /** Where the blocks are, when the part begins at `base`. */
  placed(base: number): PlacedBlock[] {
    return this.#entries.map(({ hash, bytesStart, end }) => ({ hash, position: base + bytesStart, bytes: end - bytesStart }))
  }

  release(): void {
    this.#pool.giveBack(this.#lent)
  }

  /** A part that is too short to go takes a block of any size. */
  #hasRoom(end: number): boolean {
    if (end <= this.#buffer.length) return true
    if (this.#used >= minPartBytes) return false
    this.#grow(end)
    return true
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(bytes)
    larger.set(this.bytes)
    this.#buffer = larger
  }
}
