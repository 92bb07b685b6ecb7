import type { Content } from '../types.ts'
import { changed, unreadable, type BlobContent } from './content.ts'

/** Reads from the beginning on. */
export interface InOrder {
  /** The next bytes, as many as there is room for: `room`, or an array that has taken over its memory. */
  take(room: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>
  close(): Promise<void>
}

/** Browsers give a file as a stream at several times the speed of stretches that are asked for one by one. */
export function inOrder(content: Content, signal?: AbortSignal): InOrder {
  return 'blob' in content ? (byteStream((content as BlobContent).blob) ?? stretches(content, signal)) : stretches(content, signal)
}

function stretches(content: Content, signal?: AbortSignal): InOrder {
  let at = 0
  return {
    async take(room) {
      await content.read(room, at, signal)
      at += room.length
      return room
    },
    close: async () => {},
  }
}

/** Undefined where streams do not fill the memory that they are given. */
function byteStream(blob: Blob): InOrder | undefined {
  let reader: ReadableStreamBYOBReader
  try {
    reader = blob.stream().getReader({ mode: 'byob' })
  } catch {
    return undefined
  }
  return {
    async take(room) {
      const { length } = room
      let { buffer } = room
      for (let at = 0; at < length; ) {
        const { done, value } = await reader.read(new Uint8Array(buffer, at, length - at)).catch(unreadable)
        if (done || value === undefined) throw changed()
        at += value.length
        buffer = value.buffer as ArrayBuffer
      }
      return new Uint8Array(buffer, 0, length)
    },
    close: () => reader.cancel().catch(() => {}),
  }
}
