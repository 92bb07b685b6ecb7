import { readFile, type BlockSource, type Entry } from '@thole/dag/light'
import { asTholeError } from '../dag-errors.ts'
import { TholeError } from '../errors.ts'
import type { Connection } from '../http/connection.ts'
import { pause, waitOf } from '../http/retry.ts'
import { carSource } from './car-source.ts'
import type { GotFile, ReadOptions } from './types.ts'

/** `near`: a source that is just at this file; good for one reading from its start. */
export function fileOf(connection: Connection, entry: Entry, near?: BlockSource): GotFile {
  const stream = (options: ReadOptions = {}) => toStream(read(connection, entry, options, options.from ? undefined : near))
  const bytes = (options: ReadOptions = {}) => gather(read(connection, entry, options, options.from ? undefined : near))
  return {
    kind: 'file',
    cid: entry.cid.toString(),
    size: entry.size!,
    stream,
    bytes,
    text: async (options) => new TextDecoder().decode(await bytes(options)),
  }
}

/** Where it broke off it goes on by another CAR, of the bytes that are still to come. */
async function* read(connection: Connection, entry: Entry, { from = 0, to = entry.size!, signal }: ReadOptions, near?: BlockSource): AsyncGenerator<Uint8Array, void> {
  const end = Math.min(to, entry.size!)
  let at = Math.max(0, from)
  for (let tries = 0, source = near; at < end; source = undefined) {
    const before = at
    const own = source ? undefined : carSource(connection, { path: `ipfs/${entry.cid}`, scope: 'entity', bytes: `${at}:${end - 1}` }, { retries: 0, signal })
    try {
      for await (const piece of readFile(own ?? source!, entry, { from: at, to: end, readAhead: 1, signal })) {
        yield piece
        at += piece.length
      }
    } catch (cause) {
      signal?.throwIfAborted()
      const error = asTholeError(cause)
      if (at > before) tries = 0
      if (!(error instanceof TholeError) || !error.retry || tries >= connection.retries) throw error
      await pause(waitOf(tries++, error), signal)
    } finally {
      await own?.close()
    }
  }
}

function toStream(pieces: AsyncGenerator<Uint8Array, void>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await pieces.return()
    },
  }, { highWaterMark: 0 })
}

async function gather(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const taken: Uint8Array[] = []
  let length = 0
  for await (const piece of pieces) length += taken.push(piece) && piece.length
  const bytes = new Uint8Array(length)
  let at = 0
  for (const piece of taken) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
