import type { ServerResponse } from 'node:http'
import { toFault } from '../kernel/faults.ts'

/** An HTTP answer before it is written. A body that is iterated is read only as fast as the client takes it. */
export interface Reply {
  status: number
  headers: Record<string, string>
  body?: string | Uint8Array | AsyncIterable<Uint8Array>
  /** Told of each chunk of an iterated body when the system has its bytes, so that its memory can be used again. */
  sent?(chunk: Uint8Array): void
  /** Told once, when nothing more is written: how many bytes of the body the system has taken. Not told of a HEAD request, nor where nothing was sent. */
  ended?(bytes: number): void
}

export interface SendOptions {
  /** Answer a HEAD request: the headers alone; the body is not touched. */
  head: boolean
  /** Aborts when the client is no longer waited for: the connection is cut. */
  signal: AbortSignal
  /** Milliseconds within which the client has to take what waits for it, some megabytes at most; then it is cut off. Default: five minutes. */
  stallMs?: number
}

const shortBytes = 16 << 10
const longBytes = 256 << 10
/** Bytes that may wait for the client: several small chunks then share a write. */
const maxUnsent = 1 << 20

/**
 * Writes a reply. Resolves when all of it was handed to the system, rejects with a Fault otherwise: ABORTED where the
 * client went away or `signal` aborted, else what the body threw. Where the body failed before its first chunk,
 * nothing was sent (`outgoing.headersSent` is false) and another reply may follow; later failures cut the
 * connection, so that a part is never taken for the whole. A body that does not match its `content-length` fails.
 */
export async function sendReply(outgoing: ServerResponse, reply: Reply, { head, signal, stallMs = 300_000 }: SendOptions): Promise<void> {
  if (head) {
    outgoing.writeHead(reply.status, reply.headers).end()
    return
  }
  const cut = () => outgoing.destroy()
  if (signal.aborted) cut()
  else signal.addEventListener('abort', cut, { once: true })
  try {
    const { body } = reply
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) await sendWhole(outgoing, reply, body, stallMs)
    else await sendIterated(outgoing, reply, body, stallMs)
  } catch (error) {
    if (outgoing.headersSent) outgoing.destroy()
    throw toFault(error)
  } finally {
    signal.removeEventListener('abort', cut)
  }
}

async function sendWhole(outgoing: ServerResponse, { status, headers, ended }: Reply, body: string | Uint8Array | undefined, stallMs: number): Promise<void> {
  const bodiless = status === 204 || status === 304
  const length = body === undefined ? 0 : Buffer.byteLength(body)
  assertOpen(outgoing)
  outgoing.writeHead(status, bodiless ? headers : { ...headers, 'content-length': String(length) })
  if (length <= shortBytes) {
    // The system has room for it. Text leaves together with the head by one call, bytes by one of their own: for short bodies that costs more
    // than to turn them into text.
    if (body instanceof Uint8Array) outgoing.end(Buffer.from(body.buffer, body.byteOffset, length).toString('latin1'), 'latin1')
    else outgoing.end(body)
    ended?.(length)
    return
  }
  let taken = 0
  const took = (bytes: number, then?: () => void) => (error?: Error | null) => {
    if (error) return
    taken += bytes
    then?.()
  }
  try {
    const done = finished(outgoing, stallMs)
    if (body instanceof Uint8Array && length > longBytes) {
      // The end of a long body waits for its turn, so that others get theirs: by a quarter more of 1 MiB come to eight clients.
      const [first, last] = [body.subarray(0, -shortBytes), body.subarray(-shortBytes)]
      outgoing.write(first, took(first.length, () => outgoing.end(last, took(last.length))))
    } else outgoing.end(body, took(length))
    await done
  } finally {
    ended?.(taken)
  }
}

async function sendIterated(outgoing: ServerResponse, reply: Reply, body: AsyncIterable<Uint8Array>, stallMs: number): Promise<void> {
  const chunks = body[Symbol.asyncIterator]()
  let taken = 0
  const sent = (chunk: Uint8Array) => {
    taken += chunk.length
    reply.sent?.(chunk)
  }
  try {
    await sendChunks(outgoing, { ...reply, sent }, chunks, stallMs)
  } finally {
    if (outgoing.headersSent) reply.ended?.(taken)
    await chunks.return?.()
  }
}

type Chunks = AsyncIterator<Uint8Array>

async function sendChunks(outgoing: ServerResponse, { status, headers, sent }: Reply & Required<Pick<Reply, 'sent'>>, chunks: Chunks, stallMs: number): Promise<void> {
  const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length'])
  let written = 0
  // The first chunk is awaited before the headers leave: a missing block can then still become a proper status.
  let next = await chunks.next()
  assertOpen(outgoing)
  outgoing.writeHead(status, headers)
  for (; !next.done; next = await chunks.next()) {
    assertOpen(outgoing)
    written += next.value.length
    if (length !== undefined && written > length) throw new Error(`the body is longer than the ${length} bytes announced`)
    if (!write(outgoing, next.value, sent) && outgoing.writableLength >= maxUnsent) await drained(outgoing, stallMs)
  }
  assertOpen(outgoing)
  if (length !== undefined && written < length) throw new Error(`the body ended after ${written} of ${length} bytes`)
  const done = finished(outgoing, stallMs)
  outgoing.end()
  await done
}

/** Where the write fails, nobody knows who still reads the chunk: then `sent` is not told. */
function write(outgoing: ServerResponse, chunk: Uint8Array, sent: (chunk: Uint8Array) => void): boolean {
  return outgoing.write(chunk, (error) => void (error || sent(chunk)))
}

/** Resolves when more may be written, or when nobody is there to write to. */
function drained(outgoing: ServerResponse, stallMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const stalled = cutAfter(outgoing, stallMs)
  const done = () => {
    clearTimeout(stalled)
    outgoing.off('drain', done).off('close', done)
    resolve()
  }
  outgoing.once('drain', done).once('close', done)
  return promise
}

/** Resolves when the system has all of it. */
function finished(outgoing: ServerResponse, stallMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const stalled = cutAfter(outgoing, stallMs)
  const cut = () => {
    clearTimeout(stalled)
    reject(gone())
  }
  outgoing.once('close', cut).once('finish', () => {
    clearTimeout(stalled)
    outgoing.off('close', cut)
    resolve()
  })
  return promise
}

/** A client that takes next to nothing would keep what is read for it, and a connection, for ever. */
function cutAfter(outgoing: ServerResponse, ms: number): NodeJS.Timeout {
  return setTimeout(() => outgoing.destroy(), ms)
}

function assertOpen(outgoing: ServerResponse): void {
  if (outgoing.destroyed) throw gone()
}

function gone(): Error {
  return new DOMException('the client went away', 'AbortError')
}
