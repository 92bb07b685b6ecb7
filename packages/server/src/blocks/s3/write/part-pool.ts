/**
 * A fixed number of buffers, shared by all writers of a process: whoever finds none waits until an upload gives one back, which
 * is the back-pressure of the store and bounds its memory.
 */
export class PartPool {
  readonly partBytes: number
  readonly #idle: Buffer[] = []
  readonly #waiting: ((buffer: Buffer) => void)[] = []
  #left: number

  constructor({ partBytes, parts }: { partBytes: number; parts: number }) {
    this.partBytes = partBytes
    this.#left = parts
  }

  take(): Promise<Buffer> {
    const idle = this.#idle.pop()
    if (idle) return Promise.resolve(idle)
    if (this.#left > 0) {
      this.#left--
      return Promise.resolve(Buffer.allocUnsafeSlow(this.partBytes))
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  giveBack(buffer: Buffer): void {
    const next = this.#waiting.shift()
    if (next) next(buffer)
    else this.#idle.push(buffer)
  }
}
