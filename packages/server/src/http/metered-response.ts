import { ServerResponse, type IncomingMessage } from 'node:http'

type Done = (error?: Error | null) => void
type Encoding = BufferEncoding | Done | undefined

/** A response that knows how much of its body has left. */
export class MeteredResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  #handed = 0
  #taken = 0
  #isFinished = false

  /** All of the body where the response was finished; else what the system had taken, in whole chunks. */
  get bodyBytes(): number {
    return this.#isFinished ? this.#handed : this.#taken
  }

  override write(chunk: unknown, encoding?: Encoding, done?: Done): boolean {
    const [coding, then] = typeof encoding === 'function' ? [undefined, encoding] : [encoding, done]
    const bytes = this.#lengthOf(chunk, coding)
    this.#handed += bytes
    const taken: Done = (error) => {
      if (!error) this.#taken += bytes
      then?.(error)
    }
    return coding === undefined ? super.write(chunk, taken) : super.write(chunk, coding, taken)
  }

  override end(chunk?: unknown, encoding?: Encoding, done?: Done): this {
    const last = typeof chunk === 'function' ? undefined : chunk
    const coding = typeof encoding === 'function' ? undefined : encoding
    const then = [chunk, encoding, done].find((one) => typeof one === 'function') as Done | undefined
    this.#handed += this.#lengthOf(last, coding)
    const finished = () => {
      this.#isFinished = true
      then?.()
    }
    return coding === undefined ? super.end(last, finished) : super.end(last, coding, finished)
  }

  /** What Node sends no body of has none (RFC 9110 §6.4.1). */
  #lengthOf(chunk: unknown, encoding: BufferEncoding | undefined): number {
    if (this.req.method === 'HEAD' || this.statusCode === 204 || this.statusCode === 304) return 0
    if (typeof chunk === 'string') return Buffer.byteLength(chunk, encoding)
    return chunk instanceof Uint8Array ? chunk.length : 0
  }
}
