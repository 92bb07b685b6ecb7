const chunkBits = 14
const chunkMask = (1 << chunkBits) - 1

/** Whole numbers below 2^32, four bytes each; growing moves nothing. */
export class NumberList {
  length = 0
  readonly #chunks: Uint32Array[] = []

  push(value: number): void {
    if (this.length >>> chunkBits === this.#chunks.length) this.#chunks.push(new Uint32Array(1 << chunkBits))
    this.set(this.length++, value)
  }

  at(index: number): number {
    return this.#chunks[index >>> chunkBits]![index & chunkMask]!
  }

  set(index: number, value: number): void {
    this.#chunks[index >>> chunkBits]![index & chunkMask] = value
  }
}
