import { CidNumbers } from './cid-numbers.ts'
import { NumberList } from './number-list.ts'

/** What a number is, beside the size of a stored block. */
export const unknown = 0xffff_ffff
/** Carries its bytes in its CID, and so is no block. */
export const inline = 0xffff_fffe

/** Links between CIDs, by number: what one walk has learned serves the next. */
export class Graph {
  readonly numbers = new CidNumbers()
  /** Bytes of a stored block, `unknown` or `inline`. */
  readonly sizes = new NumberList()
  readonly #seenIn = new NumberList()
  readonly #first = new NumberList()
  readonly #end = new NumberList()
  readonly #links = new NumberList()

  get links(): number {
    return this.#links.length
  }

  /** Makes room for a number that is new. */
  meet(number: number): void {
    if (number < this.sizes.length) return
    this.sizes.push(unknown)
    this.#seenIn.push(0)
    this.#first.push(0)
    this.#end.push(0)
  }

  /** Whether this walk has not been here. */
  enter(number: number, walk: number): boolean {
    if (this.#seenIn.at(number) === walk) return false
    this.#seenIn.set(number, walk)
    return true
  }

  setLinks(number: number, links: Iterable<number>): void {
    this.#first.set(number, this.#links.length)
    for (const link of links) this.#links.push(link)
    this.#end.set(number, this.#links.length)
  }

  *linksOf(number: number): Generator<number> {
    for (let at = this.#first.at(number); at < this.#end.at(number); at++) yield this.#links.at(at)
  }
}
