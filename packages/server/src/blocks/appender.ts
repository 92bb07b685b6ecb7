import { fault, toFault, type Fault } from '../kernel/faults.ts'
import type { SegmentFolder, Shelf } from './folder.ts'
import type { Frame } from './frame.ts'
import type { Entry, LocationTable } from './location-table.ts'

/** A frame on its way into a segment. */
export interface Pending extends Frame {
  low: number
  high: number
  payloadLength: number
}

export interface AppenderParts {
  folder: SegmentFolder
  table: LocationTable
  shelves: Map<number, Shelf>
  segmentBytes: number
}

/**
 * The one that writes: batches of frames, one after the other, into the open segment; a sync shared by all who ask for one. When the
 * medium fails, everything since the last sync is taken back, and `generation` grows: whoever wrote in the old one must fail.
 */
export class Appender {
  generation = 0
  /** Entries below this length of the open segment can be read. */
  readonly #parts: AppenderParts
  #open: Shelf | undefined
  #syncedLength: number
  #unsynced: Entry[] = []
  #tail: Promise<unknown> = Promise.resolve()
  #nextSync: Promise<void> | undefined

  constructor(parts: AppenderParts) {
    this.#parts = parts
    this.#open = [...parts.shelves.values()].at(-1)
    this.#syncedLength = this.#open?.segment.length ?? 0
  }

  /** Writes frames that the store does not have yet. They can be read when this resolves; they are durable after `sync`. */
  append(batch: readonly Pending[]): Promise<void> {
    return this.#inTurn(() => this.#append(batch))
  }

  /** Resolves when all that was appended before the call is on stable storage. Calls made meanwhile share the next sync. */
  sync(): Promise<void> {
    this.#nextSync ??= this.#inTurn(() => {
      this.#nextSync = undefined
      return this.#sync()
    })
    return this.#nextSync
  }

  async close(): Promise<void> {
    await this.#tail.catch(() => {})
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work)
    this.#tail = turn.catch(() => {})
    return turn
  }

  async #append(batch: readonly Pending[]): Promise<void> {
    try {
      const { table, segmentBytes } = this.#parts
      if (this.#open && this.#open.segment.length >= segmentBytes) await this.#seal()
      const { segment } = (this.#open ??= await this.#create())
      const pieces: Uint8Array[] = []
      const entries: Entry[] = []
      const mine = new Set<string>()
      let at = segment.length
      for (const frame of batch) {
        // Somebody else, or an earlier frame of this batch, may have brought the same block meanwhile.
        const key = `${frame.low}/${frame.high}`
        if (mine.has(key) || table.find(frame.low, frame.high)) continue
        mine.add(key)
        for (const piece of frame.pieces) pieces.push(piece)
        entries.push({ low: frame.low, high: frame.high, segment: segment.number, offset: at + frame.headLength, length: frame.payloadLength })
        at += frame.length
      }
      if (entries.length === 0) return
      await segment.append(pieces, at - segment.length)
      for (const entry of entries) {
        table.add(entry)
        this.#unsynced.push(entry)
      }
    } catch (error) {
      throw await this.#takeBack(error)
    }
  }

  async #sync(): Promise<void> {
    const shelf = this.#open
    if (!shelf || this.#unsynced.length === 0) return
    try {
      await shelf.segment.sync()
    } catch (error) {
      // After a failed sync the system may have dropped the pages: nothing is appended behind them.
      const found = await this.#takeBack(error)
      this.#open = undefined
      throw found
    }
    const entries = this.#unsynced
    this.#unsynced = []
    this.#syncedLength = shelf.segment.length
    // The data is what counts; an index that falls behind is read from the segment at the next start.
    await shelf.log.append(entries, shelf.segment.length).catch(() => {})
  }

  async #seal(): Promise<void> {
    await this.#sync()
    this.#open = undefined
  }

  async #create(): Promise<Shelf> {
    const { folder, shelves } = this.#parts
    const number = Math.max(0, ...shelves.keys()) + 1
    const shelf = await folder.create(number)
    shelves.set(number, shelf)
    this.#syncedLength = shelf.segment.length
    return shelf
  }

  async #takeBack(error: unknown): Promise<Fault> {
    this.generation++
    for (const entry of this.#unsynced) this.#parts.table.remove(entry)
    this.#unsynced = []
    try {
      await this.#open?.segment.truncate(this.#syncedLength)
    } catch {
      this.#open = undefined
    }
    const found = toFault(error)
    return found.code === 'INTERNAL' ? fault('INTERNAL', found.data, { cause: error }) : found
  }
}
