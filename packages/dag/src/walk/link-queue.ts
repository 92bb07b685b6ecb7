import { readVarint, varintLength, writeVarint } from '../varint.ts'

/** A link by what it leads to, and where it stands: in the block of node `parent`, as its link number `index`. */
export interface PlacedLink {
  code: number
  hash: Uint8Array
  parent: number
  index: number
}

const noBytes = new Uint8Array()

/** Links that wait to be followed, as bytes: a tenth of what as many CIDs would take, and without the block that they stand in. */
export class LinkQueue {
  #count = 0
  #bytes = noBytes
  #end = 0
  #at = 0
  readonly #cursor = { value: 0, end: 0 }

  get count(): number {
    return this.#count
  }

  /** Bytes held. */
  get memory(): number {
    return this.#bytes.length
  }

  add({ code, hash, parent, index }: PlacedLink): void {
    const numbers = varintLength(hash.length) + varintLength(code) + varintLength(parent) + varintLength(index)
    this.#makeRoom(numbers + hash.length)
    this.#write(hash.length)
    this.#bytes.set(hash, this.#end)
    this.#end += hash.length
    this.#write(code)
    this.#write(parent)
    this.#write(index)
    this.#count++
  }

  /** The next link, in the order added. */
  next(): PlacedLink | undefined {
    if (this.#count === 0) return undefined
    const length = this.#read()
    const hash = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    const link = { code: this.#read(), hash, parent: this.#read(), index: this.#read() }
    if (--this.#count === 0) this.#use(noBytes)
    return link
  }

  #write(number: number): void {
    this.#end = writeVarint(this.#bytes, this.#end, number)
  }

  #read(): number {
    readVarint(this.#bytes, this.#at, this.#end, this.#cursor)
    this.#at = this.#cursor.end
    return this.#cursor.value
  }

  /** Into another array: views of what was taken stay as they are. */
  #makeRoom(more: number): void {
    if (this.#end + more <= this.#bytes.length) return
    const left = this.#bytes.subarray(this.#at, this.#end)
    const wider = new Uint8Array(Math.max(64, left.length * 2, left.length + more))
    wider.set(left)
    this.#use(wider)
    this.#end = left.length
  }

  #use(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes
    this.#at = this.#end = 0
  }
}
