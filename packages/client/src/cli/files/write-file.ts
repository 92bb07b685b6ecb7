import { constants } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Connection } from '../../http/connection.ts'
import type { GotFile } from '../../read/types.ts'
import { keptBytes } from './kept-bytes.ts'

export interface WriteOptions {
  connection: Connection
  signal: AbortSignal
  /** Told of bytes that are there: fetched, or kept from an earlier run. */
  onBytes(count: number): void
}

/** Never through a symbolic link: what was there before may have been laid out by somebody else. */
export const ownFile = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW

/** Writes a short file anew. */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await using file = await open(path, ownFile | constants.O_TRUNC)
  await file.writeFile(content)
}

/** Writes a file that is checked block by block. What an earlier run wrote of it is checked, too, and not fetched again. */
export async function writeGotFile(path: string, found: GotFile, { connection, signal, onBytes }: WriteOptions): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await using file = await open(path, ownFile)
  const kept = await keptBytes(connection, found.cid, file, signal)
  await file.truncate(kept)
  onBytes(kept)
  let at = kept
  if (kept < found.size) {
    for await (const piece of found.stream({ from: kept, signal }) as unknown as AsyncIterable<Uint8Array>) {
      for (let from = 0; from < piece.length; ) from += (await file.write(piece, from, piece.length - from, at + from)).bytesWritten
      at += piece.length
      onBytes(piece.length)
    }
  }
  await file.sync()
}
