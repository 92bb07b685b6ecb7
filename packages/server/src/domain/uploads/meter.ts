import { fault } from '../../kernel/faults.ts'
import { bytesInWords, durationInWords } from '../../kernel/words.ts'
import { boundless, type UploadRoom } from '../usage/index.ts'
import type { IncomingFile } from './receive.ts'

export interface MeterOptions {
  maxBytes: number
  /** Bytes that may still be written to the medium. */
  free(): Promise<number>
  signal: AbortSignal
  /** Waits for room in what the account may hold, or throws. Default: there is. */
  room?: Pick<UploadRoom, 'demand'>
  /** Milliseconds that it may take in all: what it brings, and all that comes after, is kept from reclaim for as long. Default two days. */
  maxMs?: number
}

/** Room is looked at again after so many bytes. */
const lookEvery = 256 * 1024 * 1024

const twoDays = 172_800_000

/** Counts what streams through, and stops it at a limit, on abort, or when the medium runs full. */
export function meter({ maxBytes, free, signal, room = boundless, maxMs = twoDays }: MeterOptions) {
  const end = performance.now() + maxMs
  let bytes = 0
  let looked = 0

  async function demandRoom(): Promise<void> {
    if ((await free()) <= 0) throw fault('STORAGE_FULL')
  }

  async function* through(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const piece of source) {
      signal.throwIfAborted()
      bytes += piece.length
      if (bytes > maxBytes) throw fault('TOO_LARGE', { reason: `an upload may have ${bytesInWords(maxBytes)}`, limit: maxBytes })
      if (performance.now() > end) throw fault('TOO_LARGE', { reason: `an upload may take ${durationInWords(maxMs)}` })
      const wait = room.demand(bytes, 0)
      if (wait) await wait
      if (bytes - looked > lookEvery) {
        looked = bytes
        await demandRoom()
      }
      yield piece
    }
  }

  async function* throughFiles(files: AsyncIterable<IncomingFile>): AsyncIterable<IncomingFile> {
    for await (const file of files) yield { ...file, bytes: through(file.bytes) }
  }

  return { bytes: () => bytes, demandRoom, through, throughFiles }
}
