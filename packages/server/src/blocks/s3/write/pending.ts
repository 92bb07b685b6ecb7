import type { Relying, Segment } from './segment.ts'

/** Blocks on their way: who puts one of them again relies on the segment that it is in. */
export class Pending {
  readonly #segments = new Map<string, Segment>()

  add(key: string, segment: Segment): void {
    this.#segments.set(key, segment)
  }

  /** Whether the block is on its way; then the writer waits for its segment. */
  rely(writer: Relying, key: string): boolean {
    const segment = this.#segments.get(key)
    if (!segment || segment.failure) return false
    segment.relying.add(writer)
    writer.segments.add(segment)
    return true
  }

  remove(key: string, segment: Segment): void {
    if (this.#segments.get(key) === segment) this.#segments.delete(key)
  }

  removeAll(segment: Segment): void {
    for (const [key, other] of this.#segments) if (other === segment) this.#segments.delete(key)
  }
}
