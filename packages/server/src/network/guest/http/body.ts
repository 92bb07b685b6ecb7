import type { Readable } from 'node:stream'
import { limits } from '../limits.ts'
import type { HttpAnswer } from './client.ts'
import { HttpFailure } from './failure.ts'

/** The whole body, which may have so many bytes. */
export async function wholeBody({ headers, body }: HttpAnswer, maxBytes: number): Promise<Uint8Array> {
  const pieces: Buffer[] = []
  let length = 0
  try {
    if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
    for await (const piece of bodyInTime(body, { whole: limits.httpWhole })) {
      length += piece.length
      if (length > maxBytes) throw tooLarge(maxBytes)
      pieces.push(piece)
    }
  } finally {
    body.destroy()
  }
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
}

/** The pieces as they come. Time counts while one is waited for, not while the reader does something else. */
export async function* bodyInTime(body: Readable, { whole = Infinity }: { whole?: number } = {}): AsyncGenerator<Buffer> {
  const stop = () => body.destroy(new HttpFailure('it stopped in the midst of an answer'))
  let left = whole
  let asked = Date.now()
  let timer = setTimeout(stop, limits.httpIdle)
  try {
    for await (const piece of body) {
      clearTimeout(timer)
      left -= Date.now() - asked
      yield piece as Buffer
      asked = Date.now()
      timer = setTimeout(stop, Math.max(0, Math.min(limits.httpIdle, left)))
    }
  } finally {
    clearTimeout(timer)
  }
}

function tooLarge(maxBytes: number): HttpFailure {
  return new HttpFailure(`it sent more than ${maxBytes} bytes`, { lie: true })
}
