import { ServerResponse, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { onCut, unsentOf } from './socket-cut.ts'

type Done = (error?: Error | null) => void
type Encoding = BufferEncoding | Done | undefined

/** A response that knows how much of its body has left. */
export class MeteredResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  #handed = 0
  /** What had left when it broke off. Without a connection, which pipelined ones wait for, that is nothing. */
  #left: number | undefined = 0

  /** All of the body where the response was finished; else what the system had taken of it, or a few bytes of framing less. */
  get bodyBytes(): number {
    return this.#left ?? this.#handed
  }

  override assignSocket(socket: Socket): void {
    super.assignSocket(socket)
    this.#left = undefined
    onCut(socket, () => {
      if (this.writableFinished) return
      const waits = this.writableLength - socket.writableLength + unsentOf(socket)
      this.#left = Math.max(0, this.#handed - waits)
    })
  }

  override detachSocket(socket: Socket): void {
    super.detachSocket(socket)
    onCut(socket, undefined)
  }

  override write(chunk: unknown, encoding?: Encoding, done?: Done): boolean {
    this.#handed += this.#lengthOf(chunk, encoding)
    return super.write(chunk, encoding as BufferEncoding, done)
  }

  override end(chunk?: unknown, encoding?: Encoding, done?: Done): this {
    this.#handed += this.#lengthOf(chunk, encoding)
    return super.end(chunk, encoding as BufferEncoding, done)
  }

  /** What Node sends no body of has none (RFC 9110 §6.4.1). */
  #lengthOf(chunk: unknown, encoding: Encoding): number {
    if (this.req.method === 'HEAD' || this.statusCode === 204 || this.statusCode === 304) return 0
    if (typeof chunk === 'string') return Buffer.byteLength(chunk, typeof encoding === 'string' ? encoding : undefined)
    return chunk instanceof Uint8Array ? chunk.length : 0
  }
}
