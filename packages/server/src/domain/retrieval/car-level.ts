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
  pace: Pick<ReadPace, 'window' | 'took'>
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
  /** Bytes of all of them. */
  length: number
  /** How many of them were used. */
  used: number
}

const maxRunBlocks = 1024
/** Blocks asked for at once where not more lie together. */
const fewBlocks = 16
/** With less room nothing is read ahead. */
const leastRoom = 64 << 10

/** The blocks below one block, visited in order, read by long runs and one run ahead of the visitor. */
export class Level {
  readonly #parts: LevelParts
  /** CIDs as text of one byte a character: a tenth of what CID objects take. */
  readonly #keys: string[]
  readonly #starts: number[] | undefined
  #at = 0
  #width = fewBlocks
  #read: Read | undefined
  #coming: Promise<Read> | undefined

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
    return undefined
  }

  async #bytes(place: number): Promise<Uint8Array> {
    let bytes = this.#takeAt(place)
    while (bytes === undefined) {
      const coming: Promise<Read> = this.#coming ?? this.#ask(place)!
      this.#coming = undefined
      if (this.#read) this.#parts.pace.took(this.#read.length)
      this.#read = await coming
      bytes = this.#takeAt(place)
    }
    this.#coming ??= this.#askAhead()
    return bytes
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
    for (; read && read.used < read.blocks.length && read.places[read.used]! < place; read.used++) {
      const bytes = read.blocks[read.used]!
      this.#parts.room.bytes += bytes.length
      this.#parts.drop(bytes)
    }
  }

  #askAhead(): Promise<Read> | undefined {
    if (this.#parts.room.bytes < leastRoom) return undefined
    const read = this.#read
    const coming = this.#ask(read!.places[read!.blocks.length - 1]! + 1)
    coming?.catch(() => {}) // told when its turn comes, if it comes
    return coming
  }

  /** Undefined where nothing is left to be read. */
  #ask(from: number): Promise<Read> | undefined {
    const { getRun, room, pace, signal } = this.#parts
    const maxBytes = Math.min(pace.window, room.bytes)
    const wanted = this.#wanted(from, maxBytes < leastRoom ? 1 : this.#width)
    if (wanted.places.length === 0) return undefined
    const reserved = Math.max(0, maxBytes)
    room.bytes -= reserved
    return getRun(wanted.cids, { signal, maxBytes: reserved }).then((blocks) => {
      const length = blocks.reduce((sum, { length }) => sum + length, 0)
      room.bytes += reserved - length
      this.#width = blocks.length === wanted.cids.length ? Math.min(this.#width * 2, maxRunBlocks) : Math.max(fewBlocks, blocks.length + 1)
      return { ...wanted, blocks, length, used: 0 }
    })
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
