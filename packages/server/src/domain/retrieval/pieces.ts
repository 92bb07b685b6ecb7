/** What is at least so long is worth a write of its own. */
const longBytes = 16 << 10
const pieceBytes = 64 << 10

/** Short parts put together, since each piece costs a write. */
export class Pieces {
  #piece = Buffer.allocUnsafeSlow(pieceBytes)
  #length = 0

  /** Whether a part should be given as it is, after what was put together. */
  static isLong(part: Uint8Array): boolean {
    return part.length >= longBytes
  }

  get isEmpty(): boolean {
    return this.#length === 0
  }

  /** Whether there may be no room for another short part. */
  get isFull(): boolean {
    return this.#length > pieceBytes - longBytes
  }

  /** Copies a short part. Not where it is full. */
  add(part: Uint8Array): void {
    this.#piece.set(part, this.#length)
    this.#length += part.length
  }

  /** What was put together. */
  take(): Uint8Array {
    const piece = this.#piece.subarray(0, this.#length)
    this.#piece = Buffer.allocUnsafeSlow(pieceBytes)
    this.#length = 0
    return piece
  }
}
