import type { Block } from '@thole/dag'
import { varint } from 'multiformats'
import type { Multihash } from '../../../ports/block-store.ts'

/** A block as it will lie in a segment, in memory that is lent. */
export interface Frame {
  hash: Multihash
  slab: Uint8Array
  start: number
  end: number
  /** Of the block's bytes, which end the frame. */
  length: number
}

/** Fits the blocks of the modern profile, so that each fills one. */
const slabBytes = (1 << 20) + 4096
/** Slabs kept for the next taker. */
const maxIdle = 32

/** Memory for bytes on their way to the medium. It is used again, since new memory at the rate of an upload keeps the garbage collector busy. */
export class Slabs {
  readonly #idle: Buffer[] = []

  take(): Buffer {
    return this.#idle.pop() ?? Buffer.allocUnsafeSlow(slabBytes)
  }

  /** Nobody has a view of these any more. */
  giveBack(slabs: Iterable<Buffer>): void {
    for (const slab of slabs) if (this.#idle.length < maxIdle) this.#idle.push(slab)
  }
}

/** Frames that live until they are given back together. They lie one behind the other, so that many are written as one. */
export class Frames {
  readonly all: Frame[] = []
  readonly #slabs: Slabs
  #taken: Buffer[] = []
  #used = slabBytes
  #bytes = 0

  constructor(slabs: Slabs) {
    this.#slabs = slabs
  }

  get bytes(): number {
    return this.#bytes
  }

  add({ cid, bytes }: Block): void {
    const head = cid.bytes
    const content = head.length + bytes.length
    const size = varint.encodingLength(content) + content
    const slab = this.#room(size)
    const start = slab.length === slabBytes ? this.#used : 0
    const end = start + size
    varint.encodeTo(content, slab, start)
    slab.set(head, end - content)
    slab.set(bytes, end - bytes.length)
    if (slab.length === slabBytes) this.#used = end
    this.#bytes += size
    this.all.push({ hash: cid.multihash.bytes, slab, start, end, length: bytes.length })
  }

  giveBack(): void {
    this.#slabs.giveBack(this.#taken)
    this.#taken = []
  }

  #room(size: number): Buffer {
    if (size > slabBytes) return Buffer.allocUnsafeSlow(size)
    if (this.#used + size > slabBytes) {
      this.#taken.push(this.#slabs.take())
      this.#used = 0
    }
    return this.#taken.at(-1)!
  }
}
