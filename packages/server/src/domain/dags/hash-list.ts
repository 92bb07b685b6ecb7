import type { Multihash } from '../../ports/block-store.ts'

/** Multihashes one behind the other, each after its length. */
export class HashList {
  #bytes = new Uint8Array(256)
  #end = 0

  /** Bytes that it holds. */
  get size(): number {
    return this.#end
  }

  add(hash: Multihash): void {
    const end = this.#end + 2 + hash.length
    if (end > this.#bytes.length) {
      const wider = new Uint8Array(Math.max(end, this.#bytes.length * 2))
      wider.set(this.#bytes)
      this.#bytes = wider
    }
    this.#bytes[this.#end] = hash.length >> 8
    this.#bytes[this.#end + 1] = hash.length & 0xff
    this.#bytes.set(hash, this.#end + 2)
    this.#end = end
  }

  *[Symbol.iterator](): Generator<Multihash> {
    for (let at = 0; at < this.#end; ) {
      const start = at + 2
      at = start + ((this.#bytes[at]! << 8) | this.#bytes[at + 1]!)
      yield this.#bytes.subarray(start, at)
    }
  }
}
