import type { Multihash } from '../../ports/block-store.ts'
import { fingerprinter, type Fingerprint } from './fingerprint.ts'

/** Words of an entry: fingerprint (3), segment, offset and length of the bytes. */
const stride = 6
/** Words of an entry in an index file, which is of one segment. */
export const recordWords = 5
/** Entries lie in chunks, so that growing copies nothing. */
const chunkBits = 16
const chunkMask = (1 << chunkBits) - 1
/** Slots lie in shards, so that growing stalls nobody: a shard of ten million blocks rehashes in about a millisecond. */
const shardCount = 256
const firstSlots = 16
const dead = 0xffffffff

/**
 * Where each block lies, found by multihash. Blocks are numbered from 0 in the order in which they were added (their ordinals).
 * Costs 24 bytes for an entry and 5 to 11 for its slot: about 32 MB for a million blocks.
 */
export class BlockIndex {
  readonly #fingerprint: Fingerprint
  readonly #probe = new Uint32Array(3)
  readonly #chunks: Uint32Array[] = []
  /** A slot is 0, an ordinal + 1, or dead. Linear probing. */
  readonly #shards = Array.from({ length: shardCount }, () => new Uint32Array(firstSlots))
  readonly #taken = new Uint32Array(shardCount)
  #count = 0

  constructor(key: Uint8Array) {
    this.#fingerprint = fingerprinter(key)
  }

  get count(): number {
    return this.#count
  }

  /** The block's ordinal, or -1. */
  find(hash: Multihash): number {
    this.#fingerprint(hash, this.#probe)
    return this.#search(this.#probe[0]!, this.#probe[1]!, this.#probe[2]!)
  }

  /** The caller knows that the block is not here yet. */
  add(hash: Multihash, segment: number, offset: number, length: number): void {
    this.#fingerprint(hash, this.#probe)
    this.#insert(this.#probe[0]!, this.#probe[1]!, this.#probe[2]!, segment, offset, length)
  }

  /** Adds what `record` wrote once; a block that is here already stays where it is. */
  load(records: Uint32Array, segment: number): void {
    for (let at = 0; at < records.length; at += recordWords) {
      const a = records[at]!
      const b = records[at + 1]!
      const c = records[at + 2]!
      if (this.#search(a, b, c) < 0) this.#insert(a, b, c, segment, records[at + 3]!, records[at + 4]!)
    }
  }

  /** The entry without its segment, as words. */
  record(ordinal: number, out: Uint32Array, at: number): void {
    const chunk = this.#chunks[ordinal >>> chunkBits]!
    const base = (ordinal & chunkMask) * stride
    for (let i = 0; i < 3; i++) out[at + i] = chunk[base + i]!
    out[at + 3] = chunk[base + 4]!
    out[at + 4] = chunk[base + 5]!
  }

  segment(ordinal: number): number {
    return this.#word(ordinal, 3)
  }

  /** Of the block's bytes in its segment. */
  offset(ordinal: number): number {
    return this.#word(ordinal, 4)
  }

  /** Of the block's bytes. */
  length(ordinal: number): number {
    return this.#word(ordinal, 5)
  }

  /** Forgets the newest blocks, down to `count`. */
  truncate(count: number): void {
    while (this.#count > count) {
      const ordinal = --this.#count
      const shard = this.#shards[this.#word(ordinal, 0) >>> 24]!
      shard[this.#slotOf(shard, this.#word(ordinal, 1), ordinal)] = dead
    }
    this.#chunks.length = Math.ceil(count / (chunkMask + 1))
  }

  #search(a: number, b: number, c: number): number {
    const shard = this.#shards[a >>> 24]!
    const mask = shard.length - 1
    for (let at = b >>> Math.clz32(mask); ; at = (at + 1) & mask) {
      const slot = shard[at]!
      if (slot === 0) return -1
      if (slot === dead) continue
      const ordinal = slot - 1
      const chunk = this.#chunks[ordinal >>> chunkBits]!
      const base = (ordinal & chunkMask) * stride
      if (chunk[base] === a && chunk[base + 1] === b && chunk[base + 2] === c) return ordinal
    }
  }

  #insert(a: number, b: number, c: number, segment: number, offset: number, length: number): void {
    const ordinal = this.#count++
    const chunk = (this.#chunks[ordinal >>> chunkBits] ??= new Uint32Array((chunkMask + 1) * stride))
    const base = (ordinal & chunkMask) * stride
    chunk[base] = a
    chunk[base + 1] = b
    chunk[base + 2] = c
    chunk[base + 3] = segment
    chunk[base + 4] = offset
    chunk[base + 5] = length
    const number = a >>> 24
    if (this.#taken[number]! * 4 >= this.#shards[number]!.length * 3) this.#rehash(number)
    place(this.#shards[number]!, b, ordinal)
    this.#taken[number]!++
  }

  /** Into twice the room, without the dead. */
  #rehash(number: number): void {
    const old = this.#shards[number]!
    const shard = new Uint32Array(old.length * 2)
    let taken = 0
    for (const slot of old) {
      if (slot === 0 || slot === dead) continue
      place(shard, this.#word(slot - 1, 1), slot - 1)
      taken++
    }
    this.#shards[number] = shard
    this.#taken[number] = taken
  }

  #slotOf(shard: Uint32Array, b: number, ordinal: number): number {
    const mask = shard.length - 1
    let at = b >>> Math.clz32(mask)
    while (shard[at] !== ordinal + 1) at = (at + 1) & mask
    return at
  }

  #word(ordinal: number, word: number): number {
    return this.#chunks[ordinal >>> chunkBits]![(ordinal & chunkMask) * stride + word]!
  }
}

function place(shard: Uint32Array, b: number, ordinal: number): void {
  const mask = shard.length - 1
  let at = b >>> Math.clz32(mask)
  while (shard[at] !== 0) at = (at + 1) & mask
  shard[at] = ordinal + 1
}
