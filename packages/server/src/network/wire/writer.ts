/** Bytes that `value` takes as a varint; `value` is below 2^53. */
export function varintLength(value: number): number {
  let length = 1
  for (let rest = value; rest >= 128; rest /= 128) length++
  return length
}

/** Writes numbers and bytes into a buffer whose exact length was computed before. */
export class Writer {
  readonly bytes: Uint8Array
  #at = 0

  constructor(length: number) {
    this.bytes = Buffer.allocUnsafe(length)
  }

  varint(value: number): this {
    let rest = value
    while (rest >= 128) {
      this.bytes[this.#at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.bytes[this.#at++] = rest
    return this
  }

  /** A length-delimited field. */
  field(tag: number, value: Uint8Array): this {
    this.varint(tag).varint(value.length)
    this.bytes.set(value, this.#at)
    this.#at += value.length
    return this
  }
}

/** Bytes that `Writer.field` takes with a one-byte tag. */
export function fieldLength(length: number): number {
  return 1 + varintLength(length) + length
}
