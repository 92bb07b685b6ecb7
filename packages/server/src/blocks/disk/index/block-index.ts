import type { Multihash } from '../../../ports/block-store.ts'
import { fingerprinter, type Fingerprint } from './fingerprint.ts'
import { OrdinalSet } from './ordinal-set.ts'

/** Words of an entry: fingerprint (3), segment's number or 0 where it is gone, offset and length of the bytes, checksum or 0 where there is none yet. */
const stride = 7
const segmentWord = 3
const offsetWord = 4
const lengthWord = 5
const checksumWord = 6
/** Entries lie in chunks, so that growing copies nothing. */
const chunkBits = 16
const chunkMask = (1 << chunkBits) - 1
/** Slots lie in shards, so that growing stalls nobody: a shard of ten million blocks rehashes in about a millisecond. */
const shardCount = 256
const firstSlots = 16
const dead = 0xffffffff

/** Words of a record, which is an entry in an index file: fingerprint, offset, length with a flag or none. The file is of one segment. */
export const recordWords = 5
/** Flags of a record: the block is damaged; the block is no longer there. */
export const badFlag = 0x80000000
export const goneFlag = 0x40000000
const lengthMask = 0x3fffffff

/**
 * Where each block lies, found by multihash. Blocks are numbered from 0 in the order in which they were added (their ordinals);
 * a block that is removed leaves a hole. Of a block that is here twice, one entry is bad: then the other one is found.
 * Costs 28 bytes for an entry and 5 to 11 for its slot: about 36 MB for a million blocks.
 */
export class BlockIndex {
  readonly #fingerprint: Fingerprint
  readonly #probe = new Uint32Array(3)
  readonly #chunks: (Uint32Array | undefined)[] = []
  /** Entries of each chunk that are not gone. */
  readonly #liveIn: number[] = []
  /** A slot is 0, an ordinal + 1, or dead. Linear probing. */
  readonly #shards = Array.from({ length: shardCount }, () => new Uint32Array(firstSlots))
  /** Slots that are not 0. */
  readonly #taken = new Uint32Array(shardCount)
  readonly #bad = new OrdinalSet()
  #count = 0
  #live = 0

  constructor(key: Uint8Array) {
    this.#fingerprint = fingerprinter(key)
  }

  /** All ordinals are below it. */
  get count(): number {
    return this.#count
  }

  /** Entries that are not gone. */
  get live(): number {
    return this.#live
  }

  /** Ordinals of damaged blocks. */
  get bad(): Iterable<number> & { readonly size: number } {
    return this.#bad
  }

  /** The ordinal below `below` of the block, or of what is left of it where it is damaged, or -1. */
  find(hash: Multihash, below = this.#count): number {
    const probe = this.#probe
    this.#fingerprint(hash, probe)
    return this.#search(probe[0]!, probe[1]!, probe[2]!, below)
  }

  /** As `find`, for a block that is not damaged. */
  findGood(hash: Multihash, below = this.#count): number {
    const ordinal = this.find(hash, below)
    return ordinal >= 0 && !this.isBad(ordinal) ? ordinal : -1
  }

  /** The caller knows that the block is not here yet, or damaged. */
  add(hash: Multihash, segment: number, offset: number, length: number): number {
    const probe = this.#probe
    this.#fingerprint(hash, probe)
    return this.#insert(probe[0]!, probe[1]!, probe[2]!, segment, offset, length)
  }

  /** Takes up records of a segment that has `size` bytes. Of two copies the later one counts, and a good one more than a bad one. */
  load(records: Uint32Array, segment: number, size = Infinity): void {
    for (let at = 0; at < records.length; at += recordWords) {
      const a = records[at]!
      const b = records[at + 1]!
      const c = records[at + 2]!
      const offset = records[at + 3]!
      const word = records[at + 4]!
      const length = (word & lengthMask) >>> 0
      const isBad = (word & badFlag) !== 0 || offset + length > size
      const known = this.#search(a, b, c, this.#count)
      const isSame = known >= 0 && this.segment(known) === segment && this.offset(known) === offset
      if ((word & goneFlag) !== 0) {
        if (isSame) this.remove(known)
        continue
      }
      if (!isSame && !(isBad && known >= 0)) {
        if (known >= 0) this.remove(known)
        this.#insert(a, b, c, segment, offset, length)
        if (isBad) this.markBad(this.#count - 1)
      } else if (isSame && isBad) this.markBad(known)
    }
  }

  /** Writes the entry without its segment as words of an index file. */
  record(ordinal: number, out: Uint32Array, at: number, flag = this.isBad(ordinal) ? badFlag : 0): void {
    const chunk = this.#chunks[ordinal >>> chunkBits]!
    const base = (ordinal & chunkMask) * stride
    for (let i = 0; i < 3; i++) out[at + i] = chunk[base + i]!
    out[at + 3] = chunk[base + offsetWord]!
    out[at + 4] = chunk[base + lengthWord]! | flag
  }

  isLive(ordinal: number): boolean {
    return this.segment(ordinal) !== 0
  }

  isBad(ordinal: number): boolean {
    return this.#bad.size > 0 && this.#bad.has(ordinal)
  }

  /** Number of the segment; 0 where the entry is gone. */
  segment(ordinal: number): number {
    return this.#word(ordinal, segmentWord)
  }

  /** Of the block's bytes in its segment. */
  offset(ordinal: number): number {
    return this.#word(ordinal, offsetWord)
  }

  /** Of the block's bytes. */
  length(ordinal: number): number {
    return this.#word(ordinal, lengthWord)
  }

  /** Remembered from the first time when the bytes were found to match their hash; 0 before. */
  checksum(ordinal: number): number {
    return this.#word(ordinal, checksumWord)
  }

  setChecksum(ordinal: number, checksum: number): void {
    const chunk = this.#chunks[ordinal >>> chunkBits]
    if (chunk) chunk[(ordinal & chunkMask) * stride + checksumWord] = checksum
  }

  isOf(ordinal: number, hash: Multihash): boolean {
    const probe = this.#probe
    this.#fingerprint(hash, probe)
    return this.#word(ordinal, 0) === probe[0] && this.#word(ordinal, 1) === probe[1] && this.#word(ordinal, 2) === probe[2]
  }

  move(ordinal: number, segment: number, offset: number): void {
    const chunk = this.#chunks[ordinal >>> chunkBits]!
    const base = (ordinal & chunkMask) * stride
    chunk[base + segmentWord] = segment
    chunk[base + offsetWord] = offset
  }

  /** The block does not match its hash. It is not found as good any more. */
  markBad(ordinal: number): void {
    this.#bad.add(ordinal)
  }

  remove(ordinal: number): void {
    const shard = this.#shards[this.#word(ordinal, 0) >>> 24]!
    shard[slotOf(shard, this.#word(ordinal, 1), ordinal)] = dead
    const number = ordinal >>> chunkBits
    this.#chunks[number]![(ordinal & chunkMask) * stride + segmentWord] = 0
    this.#bad.delete(ordinal)
    this.#live--
    // The chunk that is being filled stays.
    if (--this.#liveIn[number]! === 0 && number < this.#count >>> chunkBits) this.#chunks[number] = undefined
  }

  /** Forgets the newest blocks, down to `count`. */
  truncate(count: number): void {
    for (let ordinal = this.#count - 1; ordinal >= count; ordinal--) if (this.isLive(ordinal)) this.remove(ordinal)
    this.#count = Math.min(this.#count, count)
    this.#chunks.length = this.#liveIn.length = Math.min(this.#chunks.length, Math.ceil(count / (chunkMask + 1)))
  }

  #search(a: number, b: number, c: number, below: number): number {
    const shard = this.#shards[a >>> 24]!
    const mask = shard.length - 1
    let bad = -1
    for (let at = b >>> Math.clz32(mask); ; at = (at + 1) & mask) {
      const slot = shard[at]!
      if (slot === 0) return bad
      if (slot === dead) continue
      const ordinal = slot - 1
      const chunk = this.#chunks[ordinal >>> chunkBits]!
      const base = (ordinal & chunkMask) * stride
      if (chunk[base] !== a || chunk[base + 1] !== b || chunk[base + 2] !== c || ordinal >= below) continue
      if (!this.isBad(ordinal)) return ordinal
      bad = ordinal
    }
  }

  #insert(a: number, b: number, c: number, segment: number, offset: number, length: number): number {
    const ordinal = this.#count++
    const number = ordinal >>> chunkBits
    const chunk = (this.#chunks[number] ??= new Uint32Array((chunkMask + 1) * stride))
    const base = (ordinal & chunkMask) * stride
    chunk[base] = a
    chunk[base + 1] = b
    chunk[base + 2] = c
    chunk[base + segmentWord] = segment
    chunk[base + offsetWord] = offset
    chunk[base + lengthWord] = length
    chunk[base + checksumWord] = 0
    this.#liveIn[number] = (this.#liveIn[number] ?? 0) + 1
    this.#live++
    const shard = a >>> 24
    if (this.#taken[shard]! * 4 >= this.#shards[shard]!.length * 3) this.#rehash(shard)
    place(this.#shards[shard]!, b, ordinal)
    this.#taken[shard]!++
    return ordinal
  }

  /** Without the dead, into room for as many again as are left. */
  #rehash(number: number): void {
    const living = this.#shards[number]!.filter((slot) => slot !== 0 && slot !== dead)
    let slots = firstSlots
    while (slots * 3 < living.length * 6) slots *= 2
    const shard = new Uint32Array(slots)
    for (const slot of living) place(shard, this.#word(slot - 1, 1), slot - 1)
    this.#shards[number] = shard
    this.#taken[number] = living.length
  }

  /** 0 where all of the chunk is gone. */
  #word(ordinal: number, word: number): number {
    const chunk = this.#chunks[ordinal >>> chunkBits]
    return chunk === undefined ? 0 : chunk[(ordinal & chunkMask) * stride + word]!
  }
}

function slotOf(shard: Uint32Array, b: number, ordinal: number): number {
  const mask = shard.length - 1
  let at = b >>> Math.clz32(mask)
  while (shard[at] !== ordinal + 1) at = (at + 1) & mask
  return at
}

function place(shard: Uint32Array, b: number, ordinal: number): void {
  const mask = shard.length - 1
  let at = b >>> Math.clz32(mask)
  while (shard[at] !== 0) at = (at + 1) & mask
  shard[at] = ordinal + 1
}
