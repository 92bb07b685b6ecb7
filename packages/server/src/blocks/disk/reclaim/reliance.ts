import { OrdinalSet } from '../index/ordinal-set.ts'

/** Which blocks a reclaim must leave, because a writer relies on them. */
export class Reliance {
  readonly #writers = new Set<OrdinalSet>()
  #marks?: OrdinalSet

  /** What a new writer relies on: nothing so far. */
  hold(): OrdinalSet {
    const held = new OrdinalSet()
    this.#writers.add(held)
    return held
  }

  rely(held: OrdinalSet, ordinal: number): void {
    held.add(ordinal)
    this.#marks?.add(ordinal)
  }

  letGo(held: OrdinalSet): void {
    this.#writers.delete(held)
  }

  /** The marks of a reclaim: all that writers rely on, and will rely on until it ends. Undefined while there is one already. */
  beginReclaim(): OrdinalSet | undefined {
    if (this.#marks) return undefined
    this.#marks = new OrdinalSet()
    for (const held of this.#writers) this.#marks.addAll(held)
    return this.#marks
  }

  endReclaim(marks: OrdinalSet): void {
    if (this.#marks === marks) this.#marks = undefined
  }
}
