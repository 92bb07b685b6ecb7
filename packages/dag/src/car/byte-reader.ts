import { DagError } from '../fault.ts'
import { maxVarintBytes, readVarint, type VarintCursor } from '../varint.ts'

export interface ByteReaderOptions {
  signal?: AbortSignal
  /** What was taken is good only until more is taken, so that memory is used again. Default false. */
  reuse?: boolean
}

/**
 * Takes exact runs of bytes from a stream of arrays of any size. What lies in one array is given as a view of it,
 * without a copy; only what spans arrays is gathered. At most one array is held.
 */
export class ByteReader {
  /** Offset in the stream of the next byte. */
  offset = 0
  readonly #source: AsyncIterator<Uint8Array>
  readonly #signal: AbortSignal | undefined
  readonly #reuse: boolean
  #gathered: Uint8Array = new Uint8Array()
  #chunk: Uint8Array = new Uint8Array()
  #at = 0
  readonly #cursor: VarintCursor = { value: 0, end: 0 }

  constructor(source: AsyncIterable<Uint8Array>, { signal, reuse = false }: ByteReaderOptions = {}) {
    this.#source = source[Symbol.asyncIterator]()
    this.#signal = signal
    this.#reuse = reuse
  }

  /** The next `length` bytes if they are at hand already. */
  tryTake(length: number): Uint8Array | undefined {
    const end = this.#at + length
    if (end > this.#chunk.length) return undefined
    const bytes = this.#chunk.subarray(this.#at, end)
    this.#at = end
    this.offset += length
    return bytes
  }

  /** The next varint if all of it is at hand; otherwise undefined and nothing is taken. */
  tryVarint(): number | undefined {
    if (!readVarint(this.#chunk, this.#at, this.#chunk.length, this.#cursor)) return undefined
    this.offset += this.#cursor.end - this.#at
    this.#at = this.#cursor.end
    return this.#cursor.value
  }

  /** @throws DagError INVALID_CAR when the stream ends before */
  async take(length: number, what: string): Promise<Uint8Array> {
    const whole = this.tryTake(length)
    if (whole !== undefined) return whole
    const start = this.offset
    const bytes = this.#room(length)
    for (let filled = 0; filled < length; ) {
      if (this.#at === this.#chunk.length && !(await this.#fill())) {
        throw invalidCar(`it ends after ${filled} of the ${length} bytes of ${what} that starts at offset ${start}`, start)
      }
      const part = this.tryTake(Math.min(length - filled, this.#chunk.length - this.#at))!
      bytes.set(part, filled)
      filled += part.length
    }
    return bytes
  }

  /** undefined at a clean end of the stream. @throws DagError INVALID_CAR */
  async varint(what: string): Promise<number | undefined> {
    const at = this.offset
    if (this.#at === this.#chunk.length && !(await this.#fill())) return undefined
    const whole = this.tryVarint()
    if (whole !== undefined) return whole
    const bytes = new Uint8Array(maxVarintBytes)
    for (let length = 0; length < maxVarintBytes; ) {
      bytes[length] = (await this.take(1, what))[0]!
      length++
      if (bytes[length - 1]! < 0x80 && readVarint(bytes, 0, length, this.#cursor)) return this.#cursor.value
    }
    throw invalidCar(`${what} at offset ${at} is absurd: a number that does not end`, at)
  }

  async close(): Promise<void> {
    await this.#source.return?.()
  }

  #room(length: number): Uint8Array {
    if (!this.#reuse) return new Uint8Array(length)
    if (this.#gathered.length < length) this.#gathered = new Uint8Array(length)
    return this.#gathered.subarray(0, length)
  }

  async #fill(): Promise<boolean> {
    for (;;) {
      this.#signal?.throwIfAborted()
      const next = await this.#source.next()
      if (next.done === true) return false
      if (next.value.length === 0) continue
      this.#chunk = next.value
      this.#at = 0
      return true
    }
  }
}

export function invalidCar(reason: string, offset: number, more: { cid?: string; limit?: number } = {}): DagError {
  return new DagError('INVALID_CAR', { reason, offset, ...more })
}
