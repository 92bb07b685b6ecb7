const slabBytes = 256 << 10

/** Parts of any length as slabs of 256 KiB, since each piece of an answer costs a write. Copies, so that no part keeps what it was cut from. */
export class Slabs {
  readonly #full: Buffer[] = []
  #last = Buffer.alloc(0)
  #used = 0

  /** Bytes of all parts. */
  get bytes(): number {
    return this.#full.length * slabBytes + this.#used
  }

  add(part: Uint8Array): void {
    for (let at = 0; at < part.length; ) {
      if (this.#used === this.#last.length) this.#last = Buffer.allocUnsafeSlow(slabBytes)
      const some = part.subarray(at, at + slabBytes - this.#used)
      this.#last.set(some, this.#used)
      at += some.length
      if ((this.#used += some.length) < slabBytes) continue
      this.#full.push(this.#last)
      this.#last = Buffer.alloc(0)
      this.#used = 0
    }
  }

  /** All of them, in order; the last one may be shorter. */
  *all(): Generator<Uint8Array> {
    yield* this.#full
    if (this.#used > 0) yield this.#last.subarray(0, this.#used)
  }
}
