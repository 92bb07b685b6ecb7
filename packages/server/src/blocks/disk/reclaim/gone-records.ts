import { goneFlag, recordWords, type BlockIndex } from '../index/block-index.ts'
import type { IndexFiles } from '../index/index-files.ts'
import type { Segments } from '../segments/segments.ts'

/** Of one segment, so that a batch is written with little waiting. */
const maxRecords = 1 << 14
/** Of all segments: some megabytes. */
const maxWaiting = 1 << 18

/** Removes blocks from the index, and from the files of the index some time later: what a crash brings back is freed by the next reclaim. */
export class GoneRecords {
  readonly #index: BlockIndex
  readonly #indexFiles: IndexFiles
  readonly #segments: Segments
  readonly #waiting = new Map<number, number[]>()
  #count = 0

  constructor(index: BlockIndex, indexFiles: IndexFiles, segments: Segments) {
    this.#index = index
    this.#indexFiles = indexFiles
    this.#segments = segments
  }

  /** A batch that is to be written before more is removed, where one is due. */
  remove(ordinal: number): Promise<void> | undefined {
    const number = this.#index.segment(ordinal)
    let words = this.#waiting.get(number)
    if (!words) this.#waiting.set(number, (words = []))
    this.#index.record(ordinal, scratch, 0, goneFlag)
    words.push(scratch[0]!, scratch[1]!, scratch[2]!, scratch[3]!, scratch[4]!)
    this.#index.remove(ordinal)
    this.#count++
    if (words.length >= maxRecords * recordWords) return this.#save(number, words)
    return this.#count >= maxWaiting ? this.saveAll() : undefined
  }

  async saveAll(): Promise<void> {
    for (const [number, words] of this.#waiting) await this.#save(number, words)
  }

  async #save(number: number, words: number[]): Promise<void> {
    this.#waiting.delete(number)
    this.#count -= words.length / recordWords
    await this.#indexFiles.saveGone(this.#segments.get(number)!, Uint32Array.from(words))
  }
}

const scratch = new Uint32Array(recordWords)
