import type { Content } from '../types.ts'
import { blobContent, contentOf } from './content.ts'
import { temporaryFile } from './temporary-file.ts'

export interface KeptAside {
  content: Content
  close(): Promise<void>
}

/** A stream shorter than this stays in memory. */
const memoryBytes = 8 << 20

/** Where what does not fit into memory goes. */
export interface Aside {
  write(bytes: Uint8Array): Promise<void>
  content(): Content
  close(): Promise<void>
}

/**
 * Reads a stream to its end, so that it can be hashed, sent and sent again: bytes can be named only after the last of them
 * was seen. In Node it goes to a file in the temporary folder, in a browser to a Blob, which large ones have on the disk.
 */
export async function keepAside(stream: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>, { onBytes, signal }: { onBytes?: (count: number) => void; signal?: AbortSignal }): Promise<KeptAside> {
  let pieces: Uint8Array[] = []
  let held = 0
  let aside: Aside | undefined
  try {
    for await (const piece of piecesOf(stream)) {
      signal?.throwIfAborted()
      pieces.push(piece.slice()) // its owner may fill it anew
      held += piece.length
      onBytes?.(piece.length)
      if (held < memoryBytes) continue
      aside ??= (await temporaryFile()) ?? blobAside()
      await aside.write(joined(pieces, held))
      pieces = []
      held = 0
    }
    signal?.throwIfAborted()
    if (aside === undefined) return { content: contentOf(joined(pieces, held)), close: async () => {} }
    await aside.write(joined(pieces, held))
    return { content: aside.content(), close: aside.close }
  } catch (error) {
    await aside?.close()
    throw error
  }
}

function blobAside(): Aside {
  const blobs: Blob[] = []
  return {
    async write(bytes) {
      blobs.push(new Blob([bytes as BlobPart]))
    },
    content: () => blobContent(new Blob(blobs)),
    async close() {
      blobs.length = 0
    },
  }
}

/** Not every browser can iterate its streams. */
async function* piecesOf(stream: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  if (!(stream instanceof ReadableStream)) return yield* stream
  const reader = stream.getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
