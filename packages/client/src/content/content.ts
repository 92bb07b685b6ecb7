import { TholeError } from '../errors.ts'
import type { Content } from '../types.ts'

/** Content whose bytes a browser can send, and give to a worker, without reading them here. */
export interface BlobContent extends Content {
  readonly blob: Blob
}

/** Content that is in memory. */
export interface MemoryContent extends Content {
  readonly memory: Uint8Array
}

/** Anything but a stream as content. */
export function contentOf(bytes: Uint8Array | ArrayBuffer | Blob | Content): Content {
  if (bytes instanceof Uint8Array) return memoryContent(bytes)
  if (bytes instanceof ArrayBuffer) return memoryContent(new Uint8Array(bytes))
  return bytes instanceof Blob ? blobContent(bytes) : bytes
}

export function blobContent(blob: Blob): BlobContent {
  return {
    blob,
    size: blob.size,
    async read(into, from, signal) {
      const bytes = new Uint8Array(await readBlob(blob.slice(from, from + into.length), signal))
      if (bytes.length !== into.length) throw changed()
      into.set(bytes)
    },
  }
}

function memoryContent(bytes: Uint8Array): MemoryContent {
  return {
    memory: bytes,
    size: bytes.length,
    async read(into, from) {
      if (from + into.length > bytes.length) throw changed()
      into.set(bytes.subarray(from, from + into.length))
    },
  }
}

export function isStream(bytes: object): bytes is ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> {
  return bytes instanceof ReadableStream || Symbol.asyncIterator in bytes
}

export function changed(): TholeError {
  return new TholeError('SOURCE_CHANGED', 'a file has become shorter since it was opened')
}

/** A file that was changed since the page got it cannot be read any more. */
async function readBlob(blob: Blob, signal?: AbortSignal): Promise<ArrayBuffer> {
  signal?.throwIfAborted()
  return blob.arrayBuffer().catch(unreadable)
}

export function unreadable(cause: unknown): never {
  throw new TholeError('SOURCE_CHANGED', 'a file cannot be read; was it changed or moved since it was chosen?', {}, { cause })
}
