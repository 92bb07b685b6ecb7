import { readSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { segmentHeader } from './frame.ts'

/** Reads up to this length block the thread for less time than handing them to a worker would take. */
const readAtOnce = 32 * 1024

/** One append-only file of blocks. */
export class Segment {
  readonly number: number
  readonly #handle: FileHandle
  /** Bytes that were handed to the system. */
  length: number

  private constructor(number: number, handle: FileHandle, length: number) {
    this.number = number
    this.#handle = handle
    this.length = length
  }

  /** A new segment, its header and its directory entry on stable storage. */
  static async create(file: string, number: number): Promise<Segment> {
    const handle = await open(file, 'wx+', 0o600)
    await handle.write(segmentHeader, 0, segmentHeader.length, 0)
    await handle.datasync()
    await syncFolder(dirname(file))
    return new Segment(number, handle, segmentHeader.length)
  }

  /** An existing one, of which `length` bytes are good; what follows is cut off. */
  static async reopen(file: string, number: number, length: number): Promise<Segment> {
    const handle = await open(file, 'r+')
    if ((await handle.stat()).size > length) {
      await handle.truncate(length)
      await handle.sync()
    }
    return new Segment(number, handle, length)
  }

  async append(pieces: readonly Uint8Array[], length: number): Promise<void> {
    let at = this.length
    for (let rest = pieces; rest.length > 0; ) {
      const { bytesWritten } = await this.#handle.writev(rest.slice(0, 1024), at)
      at += bytesWritten
      rest = after(rest, bytesWritten)
    }
    this.length += length
  }

  sync(): Promise<void> {
    return this.#handle.datasync()
  }

  async truncate(length: number): Promise<void> {
    await this.#handle.truncate(length)
    this.length = length
  }

  /** Fills the buffer from `at`; the number of bytes that were there. */
  read(buffer: Uint8Array, at: number): number | Promise<number> {
    if (buffer.length <= readAtOnce) return readSync(this.#handle.fd, buffer, 0, buffer.length, at)
    return this.#handle.read(buffer, 0, buffer.length, at).then(({ bytesRead }) => bytesRead)
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** What is left of the pieces after so many bytes. */
function after(pieces: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let left = bytes
  let i = 0
  while (i < pieces.length && left >= pieces[i]!.length) left -= pieces[i++]!.length
  const rest = pieces.slice(i)
  if (left > 0 && rest[0]) rest[0] = rest[0].subarray(left)
  return rest
}
