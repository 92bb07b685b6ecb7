/**
 * Re-cuts a stream of arrays of any size into chunks of `size` bytes; the last may be shorter, and an empty stream
 * gives one empty chunk. A chunk that lies within one array is a view of it. What spans arrays is gathered, so that no
 * array is needed any more once the chunks that it completes were taken; a small file is copied once.
 */
export class Chunks {
  readonly #size: number
  /** Bytes of an unfinished chunk are its first `#filled`. */
  #partial: Uint8Array = new Uint8Array()
  #filled = 0
  #emitted = false

  constructor(size: number) {
    this.#size = size
  }

  /** The chunks that `bytes` complete, in order. */
  *push(bytes: Uint8Array): Generator<Uint8Array, void> {
    let at = this.#filled === 0 ? 0 : this.#gather(bytes)
    if (this.#filled === this.#size) yield this.#take()
    for (; bytes.length - at >= this.#size; at += this.#size) {
      this.#emitted = true
      yield bytes.subarray(at, at + this.#size)
    }
    if (at === bytes.length) return
    this.#partial = new Uint8Array(bytes.subarray(at))
    this.#filled = bytes.length - at
  }

  /** What is left at the end of the stream. */
  rest(): Uint8Array | undefined {
    return this.#filled > 0 || !this.#emitted ? this.#take() : undefined
  }

  /** Returns how many of `bytes` the unfinished chunk took. */
  #gather(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.#size - this.#filled)
    const needed = this.#filled + taken
    if (needed > this.#partial.length) this.#grow(needed)
    this.#partial.set(taken === bytes.length ? bytes : bytes.subarray(0, taken), this.#filled)
    this.#filled = needed
    return taken
  }

  /** By factors of four, so that many small arrays are copied little more than once. */
  #grow(needed: number): void {
    const grown = new Uint8Array(Math.min(this.#size, needed * 4))
    grown.set(this.#partial.subarray(0, this.#filled))
    this.#partial = grown
  }

  #take(): Uint8Array {
    const chunk = this.#filled === this.#partial.length ? this.#partial : this.#partial.slice(0, this.#filled)
    this.#partial = new Uint8Array()
    this.#filled = 0
    this.#emitted = true
    return chunk
  }
}
