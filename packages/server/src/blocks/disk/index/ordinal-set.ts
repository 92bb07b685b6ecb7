const pageBits = 15
const pageMask = (1 << pageBits) - 1

/** A set of ordinals: a bit each, in pages of 4 KiB that are made where they are needed. */
export class OrdinalSet {
  readonly #pages: (Uint32Array | undefined)[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  has(ordinal: number): boolean {
    const page = this.#pages[ordinal >>> pageBits]
    return page !== undefined && (page[(ordinal & pageMask) >>> 5]! & (1 << (ordinal & 31))) !== 0
  }

  add(ordinal: number): void {
    const page = this.#pageOf(ordinal >>> pageBits)
    const at = (ordinal & pageMask) >>> 5
    const word = page[at]!
    const bit = 1 << (ordinal & 31)
    if ((word & bit) !== 0) return
    page[at] = word | bit
    this.#size++
  }

  delete(ordinal: number): void {
    if (!this.has(ordinal)) return
    this.#pages[ordinal >>> pageBits]![(ordinal & pageMask) >>> 5]! ^= 1 << (ordinal & 31)
    this.#size--
  }

  addAll(other: OrdinalSet): void {
    for (const [number, theirs] of other.#pages.entries()) {
      if (!theirs) continue
      const page = this.#pageOf(number)
      for (let i = 0; i < theirs.length; i++) {
        const fresh = theirs[i]! & ~page[i]!
        page[i]! |= fresh
        this.#size += bitsIn(fresh)
      }
    }
  }

  /** Ascending. */
  *[Symbol.iterator](): Generator<number> {
    for (const [number, page] of this.#pages.entries()) {
      if (!page) continue
      for (let i = 0; i < page.length; i++) {
        for (let word = page[i]!; word !== 0; word &= word - 1) yield number * (pageMask + 1) + i * 32 + 31 - Math.clz32(word & -word)
      }
    }
  }

  #pageOf(number: number): Uint32Array {
    while (this.#pages.length <= number) this.#pages.push(undefined)
    return (this.#pages[number] ??= new Uint32Array((pageMask + 1) / 32))
  }
}

function bitsIn(word: number): number {
  let count = 0
  for (let rest = word; rest !== 0; rest &= rest - 1) count++
  return count
}
