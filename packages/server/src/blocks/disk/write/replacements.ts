import type { BlockIndex } from '../index/block-index.ts'

/** Damaged blocks and what was stored in their place, by their ordinals. */
export class Replacements {
  #all: { bad: number; by: number }[] = []

  add(bad: number, by: number): void {
    this.#all.push({ bad, by })
  }

  /** The newest blocks are forgotten, down to `count`. */
  truncate(count: number): void {
    this.#all = this.#all.filter(({ by }) => by < count)
  }

  /** Damaged blocks go whose replacement is below `durable`. */
  settle(index: BlockIndex, durable: number): void {
    for (const { bad, by } of this.#all) if (by < durable && index.isLive(bad)) index.remove(bad)
    this.#all = this.#all.filter(({ by }) => by >= durable)
  }
}
