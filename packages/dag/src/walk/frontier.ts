import { fingerprint } from './fingerprint.ts'
import type { PlacedLink } from './link-queue.ts'
import { takeTurns } from './turns.ts'

/** Told of a link whose block has arrived; it is no longer part of the frontier then. */
export type ArrivalListener = (link: PlacedLink) => void

/** The links of one DAG whose blocks are missing, in the order in which they were added. */
interface Part {
  listener: ArrivalListener
  first: number
  last: number
  count: number
}

/** Words of an entry: fingerprint (3), codec, part, parent, index, next in its bucket, neighbours in its part. */
const stride = 10
const word = { code: 3, part: 4, parent: 5, index: 6, chain: 7, before: 8, after: 9 } as const
const chunkBits = 12
const chunkMask = (1 << chunkBits) - 1
const shardCount = 256
const firstBuckets = 16
const none = 0xffffffff
/** Codecs beyond are none that anybody reads. */
const maxCode = 0xffffffff

/**
 * Missing blocks that many DAGs wait for, by multihash: whether anybody waits for a block is one look-up, however many DAGs there are.
 * About 50 bytes a link.
 */
export class Frontier {
  static readonly bytesPerLink = 50

  readonly #probe = new Uint32Array(3)
  readonly #chunks: Uint32Array[] = []
  /** Buckets hold the number of their first entry + 1, or 0. They lie in shards, so that growing stalls nobody. */
  readonly #shards = Array.from({ length: shardCount }, () => new Uint32Array(firstBuckets))
  readonly #counts = new Uint32Array(shardCount)
  readonly #parts: (Part | undefined)[] = []
  readonly #freeParts: number[] = []
  #used = 0
  #free = none
  #size = 0

  /** Links of all DAGs. */
  get size(): number {
    return this.#size
  }

  open(listener: ArrivalListener): number {
    const part = this.#freeParts.pop() ?? this.#parts.length
    this.#parts[part] = { listener, first: none, last: none, count: 0 }
    return part
  }

  /** Forgets what this DAG waits for, in slices; nothing is told any more. */
  async close(part: number): Promise<void> {
    const turn = takeTurns()
    const of = this.#parts[part]!
    of.listener = () => {}
    for (let n = 0; of.first !== none; n++) {
      this.#remove(of.first)
      if (n % 256 === 0) await turn()
    }
    this.#parts[part] = undefined
    this.#freeParts.push(part)
  }

  count(part: number): number {
    return this.#parts[part]!.count
  }

  add(part: number, { code, hash, parent, index }: PlacedLink): void {
    fingerprint(0, hash, 0, hash.length, this.#probe)
    const of = this.#parts[part]!
    const entry = this.#newEntry()
    const chunk = this.#chunks[entry >>> chunkBits]!
    const at = (entry & chunkMask) * stride
    chunk.set(this.#probe, at)
    chunk[at + word.code] = Math.min(code, maxCode)
    chunk[at + word.part] = part
    chunk[at + word.parent] = parent
    chunk[at + word.index] = index
    chunk[at + word.before] = of.last
    chunk[at + word.after] = none
    if (of.last === none) of.first = entry
    else this.#set(of.last, word.after, entry)
    of.last = entry
    of.count++
    this.#size++
    this.#file(entry)
  }

  /** Whether this DAG waits for the block. */
  awaits(part: number, hash: Uint8Array): boolean {
    for (let entry = this.#find(hash); entry !== none; entry = this.#same(entry)) if (this.#get(entry, word.part) === part) return true
    return false
  }

  /** Tells everybody who waits for this block that it is here. */
  arrived(hash: Uint8Array): void {
    for (let entry = this.#find(hash); entry !== none; entry = this.#find(hash)) {
      const { listener } = this.#parts[this.#get(entry, word.part)]!
      const link = { hash, code: this.#get(entry, word.code), parent: this.#get(entry, word.parent), index: this.#get(entry, word.index) }
      this.#remove(entry)
      listener(link)
    }
  }

  /** Where the first links of a DAG stand. */
  first(part: number, limit: number): { parent: number; index: number }[] {
    const found: { parent: number; index: number }[] = []
    for (let entry = this.#parts[part]!.first; entry !== none && found.length < limit; entry = this.#get(entry, word.after)) {
      found.push({ parent: this.#get(entry, word.parent), index: this.#get(entry, word.index) })
    }
    return found
  }

  #find(hash: Uint8Array): number {
    if (this.#size === 0) return none
    fingerprint(0, hash, 0, hash.length, this.#probe)
    const shard = this.#shardOf(this.#probe[0]!)
    const first = shard[this.#probe[1]! & (shard.length - 1)]!
    return this.#matching(first === 0 ? none : first - 1)
  }

  #same(entry: number): number {
    return this.#matching(this.#get(entry, word.chain))
  }

  /** This entry, or the next one in its bucket, that has the fingerprint looked for. */
  #matching(entry: number): number {
    while (entry !== none && !this.#isProbe(entry)) entry = this.#get(entry, word.chain)
    return entry
  }

  #isProbe(entry: number): boolean {
    const chunk = this.#chunks[entry >>> chunkBits]!
    const at = (entry & chunkMask) * stride
    return chunk[at] === this.#probe[0] && chunk[at + 1] === this.#probe[1] && chunk[at + 2] === this.#probe[2]
  }

  #remove(entry: number): void {
    const of = this.#parts[this.#get(entry, word.part)]!
    const before = this.#get(entry, word.before)
    const after = this.#get(entry, word.after)
    if (before === none) of.first = after
    else this.#set(before, word.after, after)
    if (after === none) of.last = before
    else this.#set(after, word.before, before)
    of.count--
    this.#size--
    this.#unfile(entry)
    this.#set(entry, word.chain, this.#free)
    this.#free = entry
    if (this.#size === 0) this.#giveBack()
  }

  /** Nobody waits: the room that many links took is not needed. */
  #giveBack(): void {
    this.#chunks.length = 0
    this.#used = 0
    this.#free = none
    for (let i = 0; i < shardCount; i++) if (this.#shards[i]!.length > firstBuckets) this.#shards[i] = new Uint32Array(firstBuckets)
  }

  #file(entry: number): void {
    const a = this.#get(entry, 0)
    const number = a & (shardCount - 1)
    if (++this.#counts[number]! > this.#shards[number]!.length) this.#grow(number)
    this.#prepend(this.#shards[number]!, entry)
  }

  #prepend(shard: Uint32Array, entry: number): void {
    const bucket = this.#get(entry, 1) & (shard.length - 1)
    this.#set(entry, word.chain, shard[bucket] === 0 ? none : shard[bucket]! - 1)
    shard[bucket] = entry + 1
  }

  #unfile(entry: number): void {
    const a = this.#get(entry, 0)
    const shard = this.#shardOf(a)
    const bucket = this.#get(entry, 1) & (shard.length - 1)
    const next = this.#get(entry, word.chain)
    this.#counts[a & (shardCount - 1)]!--
    let before = shard[bucket]! - 1
    if (before === entry) {
      shard[bucket] = next === none ? 0 : next + 1
      return
    }
    while (this.#get(before, word.chain) !== entry) before = this.#get(before, word.chain)
    this.#set(before, word.chain, next)
  }

  #grow(number: number): void {
    const old = this.#shards[number]!
    const wider = new Uint32Array(old.length * 2)
    for (const first of old) {
      for (let entry = first === 0 ? none : first - 1; entry !== none; ) {
        const next = this.#get(entry, word.chain)
        this.#prepend(wider, entry)
        entry = next
      }
    }
    this.#shards[number] = wider
  }

  #newEntry(): number {
    if (this.#free !== none) {
      const entry = this.#free
      this.#free = this.#get(entry, word.chain)
      return entry
    }
    const entry = this.#used++
    if (entry & chunkMask) return entry
    this.#chunks.push(new Uint32Array((chunkMask + 1) * stride))
    return entry
  }

  #shardOf(a: number): Uint32Array {
    return this.#shards[a & (shardCount - 1)]!
  }

  #get(entry: number, at: number): number {
    return this.#chunks[entry >>> chunkBits]![(entry & chunkMask) * stride + at]!
  }

  #set(entry: number, at: number, value: number): void {
    this.#chunks[entry >>> chunkBits]![(entry & chunkMask) * stride + at] = value
  }
}
