/**
 * Re-cuts a stream of arrays of any size into chunks of `size` bytes; the last may be shorter, and an empty stream
 * gives one empty chunk. `push` returns when a chunk is complete, so nothing waits on a promise for small arrays.
 * Chunks that lie within one array are views of it.
 */
export class Chunks {
  readonly #size: number
  #gathered: Uint8Array | undefined
  #filled = 0
  #emitted = false

  constructor(size: number) {
    this.#size = size
  }

  /** Complete chunks, in order. */
  *push(bytes: Uint8Array): Generator<Uint8Array, void> {
    let at = this.#gathered === undefined ? 0 : this.#gather(bytes, 0)
    if (this.#filled === this.#size) yield this.#take()
    for (; bytes.length - at >= this.#size; at += this.#size) {
      this.#emitted = true
      yield bytes.subarray(at, at + this.#size)
    }
    if (at < bytes.length) this.#gather(bytes, at)
  }

  /** What is left at the end of the stream. */
  rest(): Uint8Array | undefined {
    if (this.#gathered !== undefined) return this.#take()
    return this.#emitted ? undefined : new Uint8Array()
  }

  /** Returns how far into `bytes` it took. */
  #gather(bytes: Uint8Array, at: number): number {
    this.#gathered ??= new Uint8Array(this.#size)
    const end = Math.min(bytes.length, at + this.#size - this.#filled)
    this.#gathered.set(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end), this.#filled)
    this.#filled += end - at
    return end
  }

  #take(): Uint8Array {
    const chunk = this.#filled === this.#size ? this.#gathered! : this.#gathered!.slice(0, this.#filled)
    this.#gathered = undefined
    this.#filled = 0
    this.#emitted = true
    return chunk
  }
}
