import { fingerprint } from './fingerprint.ts'

/** Words of an entry: its fingerprint. */
const stride = 3
const firstSlots = 8
/** From so many entries on they lie in shards, so that growing stalls nobody: a shard of ten million CIDs moves in a millisecond. */
const splitAt = 8192
const shardCount = 256

/**
 * CIDs seen, by codec and multihash: a version 0 CID and its version 1 form count as one. Holds fingerprints, at 16 to 32 bytes each.
 */
export class CidSet {
  #shards = [new Uint32Array(firstSlots * stride)]
  #counts = new Uint32Array(1)
  #size = 0
  #words = firstSlots * stride
  readonly #probe = new Uint32Array(stride)

  get size(): number {
    return this.#size
  }

  /** Bytes held. */
  get memory(): number {
    return this.#words * 4
  }

  /** Whether the CID of this codec and the multihash in `bytes[at, end)` was not there before. */
  add(code: number, bytes: Uint8Array, at = 0, end = bytes.length): boolean {
    this.#look(code, bytes, at, end)
    const number = this.#shardOf(this.#probe[0]!)
    let shard = this.#shards[number]!
    let slot = slotOf(shard, this.#probe, 0)
    if (isTaken(shard, slot)) return false
    if ((this.#counts[number]! + 1) * stride * 4 > shard.length * 3) {
      this.#grow(number)
      shard = this.#shards[this.#shardOf(this.#probe[0]!)]!
      slot = slotOf(shard, this.#probe, 0)
    }
    for (let i = 0; i < stride; i++) shard[slot + i] = this.#probe[i]!
    this.#counts[this.#shardOf(this.#probe[0]!)]!++
    this.#size++
    return true
  }

  has(code: number, bytes: Uint8Array, at = 0, end = bytes.length): boolean {
    this.#look(code, bytes, at, end)
    const shard = this.#shards[this.#shardOf(this.#probe[0]!)]!
    return isTaken(shard, slotOf(shard, this.#probe, 0))
  }

  #look(code: number, bytes: Uint8Array, at: number, end: number): void {
    fingerprint(code, bytes, at, end, this.#probe)
    // A slot of zeros is free.
    if (this.#probe[2] === 0) this.#probe[2] = 1
  }

  #shardOf(word: number): number {
    return word & (this.#shards.length - 1)
  }

  #grow(number: number): void {
    if (this.#shards.length > 1 || this.#size < splitAt) {
      const wider = this.#room(this.#shards[number]!.length * 2)
      move(this.#shards[number]!, () => wider)
      this.#words -= this.#shards[number]!.length
      this.#shards[number] = wider
      return
    }
    const [all] = this.#shards as [Uint32Array]
    const roomEach = 2 ** Math.ceil(Math.log2((splitAt * 4) / shardCount)) * stride
    this.#shards = Array.from({ length: shardCount }, () => this.#room(roomEach))
    this.#counts = new Uint32Array(shardCount)
    move(all, (word) => {
      this.#counts[this.#shardOf(word)]!++
      return this.#shards[this.#shardOf(word)]!
    })
    this.#words -= all.length
  }

  #room(words: number): Uint32Array<ArrayBuffer> {
    this.#words += words
    return new Uint32Array(words)
  }
}

/** Where this fingerprint stands, or may be put. Linear probing. */
function slotOf(shard: Uint32Array, from: Uint32Array, at: number): number {
  const a = from[at]!
  const b = from[at + 1]!
  const c = from[at + 2]!
  const mask = shard.length / stride - 1
  for (let number = b & mask; ; number = (number + 1) & mask) {
    const slot = number * stride
    if (!isTaken(shard, slot)) return slot
    if (shard[slot] === a && shard[slot + 1] === b && shard[slot + 2] === c) return slot
  }
}

function isTaken(shard: Uint32Array, slot: number): boolean {
  return shard[slot + 2] !== 0
}

function move(from: Uint32Array, shardOf: (word: number) => Uint32Array): void {
  for (let at = 0; at < from.length; at += stride) {
    if (!isTaken(from, at)) continue
    const shard = shardOf(from[at]!)
    const slot = slotOf(shard, from, at)
    for (let i = 0; i < stride; i++) shard[slot + i] = from[at + i]!
  }
}
