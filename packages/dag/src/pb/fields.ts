import { malformed } from '../fault.ts'
import { readVarint, type VarintCursor } from '../varint.ts'

export const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/**
 * Steps over the fields of one protobuf message in `bytes[at, end)`, allocating nothing per field:
 * after `next()` the field's number and wire type stand in `field` and `type`; then one of
 * `varint()`, `range()` or `skip()` must be called.
 */
export class Fields {
  readonly bytes: Uint8Array
  field = 0
  type = 0
  /** Bounds of the last `range()`. */
  start = 0
  stop = 0
  #at: number
  #end: number
  readonly #cursor: VarintCursor = { value: 0, end: 0 }

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes
    this.#at = at
    this.#end = end
  }

  /** Starts over at a message within the same bytes. */
  within(at: number, end: number): this {
    this.#at = at
    this.#end = end
    return this
  }

  next(): boolean {
    if (this.#at >= this.#end) return false
    const key = this.#number()
    this.field = Math.floor(key / 8)
    this.type = key & 7
    return true
  }

  varint(): number {
    this.#expect(wire.varint)
    return this.#number()
  }

  /** Sets `start` and `stop` to the bounds of a length-delimited field. */
  range(): void {
    this.#expect(wire.bytes)
    const length = this.#number()
    this.start = this.#at
    this.stop = this.#at + length
    if (this.stop > this.#end) throw malformed('a protobuf field is longer than its message')
    this.#at = this.stop
  }

  slice(): Uint8Array {
    this.range()
    return this.bytes.subarray(this.start, this.stop)
  }

  skip(): void {
    if (this.type === wire.bytes) return this.range()
    if (this.type === wire.varint) return this.#skipVarint()
    if (this.type !== wire.fixed64 && this.type !== wire.fixed32) throw malformed(`protobuf wire type ${this.type} is not known`)
    this.#at += this.type === wire.fixed64 ? 8 : 4
    if (this.#at > this.#end) throw malformed('a protobuf message is cut short')
  }

  #expect(type: number): void {
    if (this.type !== type) throw malformed(`protobuf field ${this.field} has wire type ${this.type}, not ${type}`)
  }

  #number(): number {
    if (!readVarint(this.bytes, this.#at, this.#end, this.#cursor)) throw malformed('a protobuf number is cut short or too large')
    this.#at = this.#cursor.end
    return this.#cursor.value
  }

  /** Any 64-bit number, also one too large to be read: negative ones take ten bytes. */
  #skipVarint(): void {
    const stop = Math.min(this.#at + 10, this.#end)
    while (this.#at < stop) {
      if (this.bytes[this.#at++]! < 0x80) return
    }
    throw malformed('a protobuf number does not end')
  }
}
