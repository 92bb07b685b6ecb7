import { randomBytes } from 'node:crypto'
import type { Multihash } from '../../../ports/block-store.ts'

/** So that a set that grows moves little at a time. */
const shardBits = 10
const firstSlots = 16

/**
 * A set of hashes, by 64 bits of each, in 11 to 22 bytes apiece. It may hold one that was not added (of two that agree in
 * these bits), which keeps a dead block until the next time; it never lacks one that was.
 */
export class Marks {
  /** Makes it impossible to choose hashes that crowd one place. */
  readonly #seed = randomBytes(4).readUint32LE()
  readonly #shards: Uint32Array[] = Array.from({ length: 1 << shardBits }, () => new Uint32Array(firstSlots * 2))
  readonly #counts = new Uint32Array(1 << shardBits)

  add(hash: Multihash): void {
    const [low, high] = this.#words(hash)
    const shard = low >>> (32 - shardBits)
    const slots = this.#shards[shard]!
    if (!insert(slots, low, high)) return
    // Linear probing stays short up to three quarters.
    if (++this.#counts[shard]! * 8 >= slots.length * 3) this.#shards[shard] = grown(slots)
  }

  has(hash: Multihash): boolean {
    const [low, high] = this.#words(hash)
    const slots = this.#shards[low >>> (32 - shardBits)]!
    return slots[slotOf(slots, low, high) + 1] !== 0
  }

  /** Of the last eight bytes, which are of the digest; the second word is never zero, which marks a free slot. */
  #words(hash: Multihash): [number, number] {
    let low = this.#seed
    let high = this.#seed ^ 0x9e3779b9
    for (let at = Math.max(0, hash.length - 16); at < hash.length; at++) {
      low = Math.imul(low ^ hash[at]!, 0x01000193)
      high = Math.imul(high ^ hash[at]!, 0x85ebca6b) ^ (high >>> 15)
    }
    return [mixed(low), mixed(high) || 1]
  }
}

function mixed(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x7feb352d)
  word = Math.imul(word ^ (word >>> 15), 0x846ca68b)
  return (word ^ (word >>> 16)) >>> 0
}

/** Index of the slot that has it, or of the free one where it belongs. */
function slotOf(slots: Uint32Array, low: number, high: number): number {
  const mask = slots.length / 2 - 1
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    const at = slot * 2
    if (slots[at + 1] === 0 || (slots[at] === low && slots[at + 1] === high)) return at
  }
}

function insert(slots: Uint32Array, low: number, high: number): boolean {
  const at = slotOf(slots, low, high)
  if (slots[at + 1] !== 0) return false
  slots[at] = low
  slots[at + 1] = high
  return true
}

function grown(slots: Uint32Array): Uint32Array {
  const larger = new Uint32Array(slots.length * 2)
  for (let at = 0; at < slots.length; at += 2) if (slots[at + 1] !== 0) insert(larger, slots[at]!, slots[at + 1]!)
  return larger
}
