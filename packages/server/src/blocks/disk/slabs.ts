/** Fits the blocks of the modern profile, so that each fills one. */
const slabBytes = 1 << 20
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

/** Copies that live until they are given back together. */
export class Copies {
  readonly #slabs: Slabs
  #taken: Buffer[] = []
  #used = 0

  constructor(slabs: Slabs) {
    this.#slabs = slabs
  }

  add(bytes: Uint8Array): Uint8Array {
    if (bytes.length > slabBytes) return new Uint8Array(bytes)
    if (this.#taken.length === 0 || this.#used + bytes.length > slabBytes) {
      this.#taken.push(this.#slabs.take())
      this.#used = 0
    }
    const copy = this.#taken.at(-1)!.subarray(this.#used, (this.#used += bytes.length))
    copy.set(bytes)
    return copy
  }

  giveBack(): void {
    this.#slabs.giveBack(this.#taken)
    this.#taken = []
  }
}
