import { type EntityLink, identityBytes } from '@thole/dag'
import { CID } from 'multiformats/cid'
import type { GetRun } from './block-runs.ts'
import type { ReadPace } from './read-pace.ts'

export interface LevelParts {
  getRun: GetRun
  /** Whether this block is to be visited. What once is not never is. */
  isDue(cid: CID): boolean
  /** Bytes that all levels together may still read ahead. */
  room: { bytes: number }
  pace: Pick<ReadPace, 'window'>
  /** A block that was read is not used after all. */
  drop(bytes: Uint8Array): void
  signal?: AbortSignal
}

export interface Visit {
  cid: CID
  bytes: Uint8Array
  start: number
}

/** Blocks that one read gave: those at the first of `places`. */
interface Read {
  places: number[]
  cids: CID[]
  blocks: Uint8Array[]
  /** How many of them were used. */
  used: number
}

const maxRunBlocks = 1024
/** Blocks asked for at once to find out whether they lie together. */
const fewBlocks = 16
/** Reads at the same time of blocks that do not lie together, and after how many of them others are tried again. */
const maxReads = 8
const tryAgainAfter = 64
/** With less room nothing is read ahead. */
const leastRoom = 64 << 10

/** The blocks below one block, visited in order; read ahead of the visitor by one long run where they lie together, else by several short reads. */
export class Level {
  readonly #parts: LevelParts
  /** CIDs as text of one byte a character: a tenth of what CID objects take. */
  readonly #keys: string[]
  readonly #starts: number[] | undefined
  #at = 0
  #read: Read | undefined
  /** Those after it, in order. */
  readonly #coming: Promise<Read>[] = []
  /** The first place that was not asked for; known where no run is under way, which may end anywhere. */
  #next: number | undefined = 0
  /** Blocks of the next read. */
  #width = fewBlocks
  #short = 0

  constructor(links: readonly EntityLink[], parts: LevelParts) {
    this.#parts = parts
    this.#keys = links.map(({ cid }) => keyOf(cid))
    this.#starts = links.some(({ start }) => start > 0) ? links.map(({ start }) => start) : undefined
  }

  /** Links not visited yet. */
  get left(): number {
    return this.#keys.length - this.#at
  }

  /** The next block that is due. Throws what `getRun` throws. */
  async next(): Promise<Visit | undefined> {
    while (this.left > 0) {
      const place = this.#at++
      const cid = this.#cid(place)
      if (!this.#parts.isDue(cid)) continue
      return { cid, bytes: identityBytes(cid) ?? (await this.#bytes(place)), start: this.#starts?.[place] ?? 0 }
    }
    this.#dropBefore(Infinity)
    for (const read of this.#coming.splice(0)) read.then(({ blocks }) => blocks.forEach((bytes) => this.#drop(bytes)), () => {})
    return undefined
  }

  async #bytes(place: number): Promise<Uint8Array> {
    let bytes = this.#takeAt(place)
    while (bytes === undefined) {
      if (this.#coming.length === 0) this.#ask(place)
      this.#read = await this.#coming.shift()!
      bytes = this.#takeAt(place)
    }
    while (this.#next !== undefined && this.#coming.length < this.#readsFor(bytes.length) && this.#ask(this.#next)) {}
    return bytes
  }

  /** Reads to be under way, where blocks have some such size. */
  #readsFor(bytes: number): number {
    const { room, pace } = this.#parts
    if (room.bytes < leastRoom) return 0
    return this.#width > 1 ? 1 : Math.max(1, Math.min(maxReads, pace.window / bytes))
  }

  #takeAt(place: number): Uint8Array | undefined {
    this.#dropBefore(place)
    const read = this.#read
    if (read === undefined || read.places[read.used] !== place) return undefined
    const bytes = read.blocks[read.used]
    if (bytes === undefined) return undefined
    read.used++
    this.#parts.room.bytes += bytes.length
    return bytes
  }

  /** What became superfluous since it was asked for. */
  #dropBefore(place: number): void {
    const read = this.#read
    for (; read && read.used < read.blocks.length && read.places[read.used]! < place; read.used++) this.#drop(read.blocks[read.used]!)
  }

  #drop(bytes: Uint8Array): void {
    this.#parts.room.bytes += bytes.length
    this.#parts.drop(bytes)
  }

  /** False where nothing is left to be read. */
  #ask(from: number): boolean {
    const { getRun, room, pace, signal } = this.#parts
    const maxBytes = Math.max(0, Math.min(pace.window, room.bytes))
    const wanted = this.#wanted(from, maxBytes < leastRoom ? 1 : this.#width)
    const { length } = wanted.places
    if (length === 0) {
      // What is not due once is never due: nothing behind it is looked at again.
      this.#next = this.#keys.length
      return false
    }
    this.#next = length === 1 ? wanted.places[0]! + 1 : undefined
    room.bytes -= maxBytes
    const read = getRun(wanted.cids, { signal, maxBytes }).then((blocks) => {
      room.bytes += maxBytes - blocks.reduce((sum, { length }) => sum + length, 0)
      this.#next ??= wanted.places[blocks.length - 1]! + 1
      this.#learn(blocks.length, length)
      return { ...wanted, blocks, used: 0 }
    })
    read.catch(() => {}) // told when its turn comes, if it comes
    this.#coming.push(read)
    return true
  }

  /** How many blocks lie together. */
  #learn(got: number, asked: number): void {
    if (asked === 1) {
      if (++this.#short % tryAgainAfter === 0) this.#width = fewBlocks
    } else this.#width = got === asked ? Math.min(2 * got, maxRunBlocks) : got
  }

  #wanted(from: number, most: number): Pick<Read, 'places' | 'cids'> {
    const places: number[] = []
    const cids: CID[] = []
    for (let place = from; place < this.#keys.length && places.length < most; place++) {
      const cid = this.#cid(place)
      if (identityBytes(cid) !== undefined || !this.#parts.isDue(cid)) continue
      places.push(place)
      cids.push(cid)
    }
    return { places, cids }
  }

  #cid(place: number): CID {
    return CID.decode(Buffer.from(this.#keys[place]!, 'latin1'))
  }
}

function keyOf({ bytes }: CID): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
