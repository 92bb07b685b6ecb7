import type { Multihash } from '../ports/block-store.ts'

/** Where a payload lies. */
export interface Location {
  segment: number
  /** Of the payload, in bytes from the start of the segment. */
  offset: number
  length: number
}

/** One entry of the index: the fingerprint of a multihash, and where its payload lies. */
export interface Entry extends Location {
  low: number
  high: number
}

const fields = 5
const free = 0
const removed = 0xffff_ffff

/**
 * Multihash → location, in one typed array: 20 bytes an entry, 25 to 50 a block with the room that open addressing needs.
 * An entry is found by the last 64 bits of the digest; whoever reads the payload compares the whole multihash in front of it.
 */
export class LocationTable {
  #slots = new Uint32Array(1024 * fields)
  #capacity = 1024
  #used = 0
  count = 0

  find(low: number, high: number): Location | undefined {
    const slot = this.#slotOf(low, high)
    if (slot === undefined) return undefined
    return { segment: this.#slots[slot + 2]!, offset: this.#slots[slot + 3]!, length: this.#slots[slot + 4]! }
  }

  /** An entry that is there already stays as it is. */
  add({ low, high, segment, offset, length }: Entry): void {
    if (this.#slotOf(low, high) !== undefined) return
    if ((this.#used + 1) * 5 > this.#capacity * 4) this.#grow()
    this.#put(low, high, segment, offset, length)
    this.count++
  }

  /** Removes an entry if it still points there. */
  remove({ low, high, segment, offset }: Entry): void {
    const slot = this.#slotOf(low, high)
    if (slot === undefined || this.#slots[slot + 2] !== segment || this.#slots[slot + 3] !== offset) return
    this.#slots[slot + 2] = removed
    this.count--
  }

  #slotOf(low: number, high: number): number | undefined {
    const slots = this.#slots
    for (let at = low % this.#capacity; ; at = at + 1 === this.#capacity ? 0 : at + 1) {
      const slot = at * fields
      const segment = slots[slot + 2]
      if (segment === free) return undefined
      if (segment !== removed && slots[slot] === low && slots[slot + 1] === high) return slot
    }
  }

  #put(low: number, high: number, segment: number, offset: number, length: number): void {
    let at = low % this.#capacity
    while (this.#slots[at * fields + 2] !== free) at = at + 1 === this.#capacity ? 0 : at + 1
    this.#slots.set([low, high, segment, offset, length], at * fields)
    this.#used++
  }

  #grow(): void {
    const old = this.#slots
    this.#capacity *= this.count * 2 > this.#capacity ? 2 : 1
    this.#slots = new Uint32Array(this.#capacity * fields)
    this.#used = 0
    for (let slot = 0; slot < old.length; slot += fields) {
      const segment = old[slot + 2]!
      if (segment !== free && segment !== removed) this.#put(old[slot]!, old[slot + 1]!, segment, old[slot + 3]!, old[slot + 4]!)
    }
  }
}

/** The last eight bytes of a multihash as two numbers; short identity hashes are padded with zeros in front. */
export function fingerprint(hash: Multihash): { low: number; high: number } {
  const n = hash.length
  const at = (back: number) => (n >= back ? hash[n - back]! : 0)
  return {
    low: ((at(4) << 24) | (at(3) << 16) | (at(2) << 8) | at(1)) >>> 0,
    high: ((at(8) << 24) | (at(7) << 16) | (at(6) << 8) | at(5)) >>> 0,
  }
}
