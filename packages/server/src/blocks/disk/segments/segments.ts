import type { Segment } from './segment.ts'

/** All segments, by number. A number is used once while the process lives. */
export class Segments {
  readonly #all = new Map<number, Segment>()
  /** The greatest number that a segment has or had. */
  #lastNumber = 0

  get(number: number): Segment | undefined {
    return this.#all.get(number)
  }

  add(segment: Segment): void {
    this.#all.set(segment.number, segment)
    this.#lastNumber = Math.max(this.#lastNumber, segment.number)
  }

  delete({ number }: Segment): void {
    this.#all.delete(number)
  }

  nextNumber(): number {
    return ++this.#lastNumber
  }

  /** The one with the least number above `number`. */
  after(number: number): Segment | undefined {
    let next: Segment | undefined
    for (const segment of this.#all.values()) {
      if (segment.number > number && !(next && next.number < segment.number)) next = segment
    }
    return next
  }

  [Symbol.iterator](): Iterator<Segment> {
    return this.#all.values()
  }
}
