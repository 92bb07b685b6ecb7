/** A message of a peer that breaks the protobuf or Bitswap rules. */
export class WireError extends Error {
  override readonly name = 'WireError'
}

/** The wire types of protobuf that Bitswap uses or that may be skipped. */
export const VARINT = 0
const FIXED64 = 1
export const BYTES = 2
const FIXED32 = 5

/** A reading position in protobuf bytes that never leaves its range. */
export class Cursor {
  readonly #bytes: Uint8Array
  #at: number
  readonly #end: number

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#at = at
    this.#end = end
  }

  get done(): boolean {
    return this.#at >= this.#end
  }

  /** Up to ten bytes, as protobuf writes negative numbers; above 2^53 the value is only roughly right. */
  varint(): number {
    let value = 0
    for (let i = 0, scale = 1; i < 10; i++, scale *= 128) {
      if (this.#at >= this.#end) throw new WireError('a number is cut short')
      const byte = this.#bytes[this.#at++] as number
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    throw new WireError('a number is too long')
  }

  /** A view of the next length-delimited field. */
  view(): Uint8Array {
    const end = this.#delimited()
    const view = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return view
  }

  /** A cursor over the next length-delimited field. */
  inner(): Cursor {
    const end = this.#delimited()
    const inner = new Cursor(this.#bytes, this.#at, end)
    this.#at = end
    return inner
  }

  skip(wireType: number): void {
    if (wireType === VARINT) this.varint()
    else if (wireType === BYTES) this.#at = this.#delimited()
    else if (wireType === FIXED64) this.#advance(8)
    else if (wireType === FIXED32) this.#advance(4)
    else throw new WireError(`wire type ${wireType} is unknown`)
  }

  #delimited(): number {
    const length = this.varint()
    if (length > this.#end - this.#at) throw new WireError('a field is cut short')
    return this.#at + length
  }

  #advance(bytes: number): void {
    if (bytes > this.#end - this.#at) throw new WireError('a field is cut short')
    this.#at += bytes
  }
}
