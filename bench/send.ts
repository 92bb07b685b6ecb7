import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { request } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { timed } from './measure.ts'

/** A body whose pieces are made, or read, while it is sent. */
export interface Body {
  type: string
  length: number
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

const boundary = 'thole-bench'
const form = `multipart/form-data; boundary=${boundary}`
const octets = 'application/octet-stream'
const pieceBytes = 2 ** 20

/** Sends a body over one connection, and returns the seconds from the first byte sent to the end of the answer. Throws where the answer is no success. */
export async function secondsToSend(url: string, { type, length, pieces }: Body, headers: Record<string, string> = {}, method = 'POST'): Promise<number> {
  return timed(async () => {
    const sending = request(url, { method, headers: { ...headers, 'content-type': type, 'content-length': length } })
    const sent = pipeline(pieces, sending)
    sent.catch(() => {}) // an answer that comes before the end of the body tells more
    const [answer] = await once(sending, 'response')
    let text = ''
    for await (const bytes of answer) text += String(bytes)
    if (answer.statusCode < 200 || answer.statusCode > 299) throw new Error(`${url}: ${answer.statusCode} ${text}`)
    await sent
  })
}

/** The pieces as one file, raw. */
export function rawBody(length: number, pieces: Body['pieces']): Body {
  return { type: octets, length, pieces }
}

/** The body as the one file of a form, as Kubo wants it. */
export function inForm({ length, pieces }: Body): Body {
  const head = partHead('file')
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  async function* around() {
    yield head
    yield* pieces
    yield tail
  }
  return { type: form, length: head.length + length + tail.length, pieces: around() }
}

/** Many small files in a form. */
export function formOf(files: Iterable<[name: string, bytes: Uint8Array]>): Body {
  const parts: Uint8Array[] = []
  for (const [name, bytes] of files) parts.push(partHead(name), bytes, Buffer.from('\r\n'))
  parts.push(Buffer.from(`--${boundary}--\r\n`))
  return memoryBody(form, Buffer.concat(parts))
}

export function memoryBody(type: string, bytes: Uint8Array): Body {
  function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
  }
  return { type, length: bytes.length, pieces: { [Symbol.iterator]: pieces } }
}

/** A file of that length, read in pieces of 1 MiB. */
export function fileBody(type: string, file: string, length: number): Body {
  async function* pieces() {
    await using handle = await open(file)
    for (let at = 0; at < length; ) {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafeSlow(pieceBytes), 0, pieceBytes, at)
      yield buffer.subarray(0, bytesRead)
      at += bytesRead
    }
  }
  return { type, length, pieces: { [Symbol.asyncIterator]: pieces } }
}

function partHead(name: string): Buffer {
  return Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: ${octets}\r\n\r\n`)
}
