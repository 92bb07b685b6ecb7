import { leafBytes, profiles } from '@thole/dag/light'
import type { BlobContent } from '../content/content.ts'
import type { Plan, PlannedBlock } from '../plan/plan.ts'
import type { Content } from '../types.ts'
import { frameHead, type Part } from './parts.ts'

export interface Bodies {
  plan: Pick<Plan, 'profile'>
  files: readonly { content: Content }[]
}

/**
 * A part as a body to send, in `room` where that is large enough. Of Blobs it is a Blob, which the browser reads as it sends: nothing of it comes
 * into this program.
 */
export async function partBody(part: Part, { plan, files }: Bodies, room: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<Blob | Uint8Array<ArrayBuffer>> {
  const isBlob = isBrowser && part.blocks.every((block) => block.bytes !== undefined || isCut(block, files))
  return isBlob ? blobOf(part, files) : gather(part, { plan, files }, part.length <= room.length ? room : new Uint8Array(part.length), signal)
}

/** Node reads Blobs more slowly than it copies bytes. */
const isBrowser = !('process' in globalThis)

/** A stretch of a Blob as it is. */
function isCut({ bytes, length, file, span }: PlannedBlock, files: Bodies['files']): boolean {
  return bytes === undefined && length === span && 'blob' in files[file]!.content
}

function blobOf({ header, blocks }: Part, files: Bodies['files']): Blob {
  const pieces: BlobPart[] = [header as BlobPart]
  for (const block of blocks) {
    const { bytes, file, from, span } = block
    pieces.push(frameHead(block) as BlobPart, (bytes as BlobPart | undefined) ?? (files[file]!.content as BlobContent).blob.slice(from, from + span))
  }
  return new Blob(pieces)
}

async function gather({ header, blocks, length }: Part, { plan, files }: Bodies, room: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const body = room.subarray(0, length)
  body.set(header)
  let at = header.length
  for (const block of blocks) {
    const head = frameHead(block)
    body.set(head, at)
    at += head.length
    await fill(body.subarray(at, at + block.length), block)
    at += block.length
  }
  return body

  async function fill(into: Uint8Array, { bytes, length, file, from, span }: PlannedBlock): Promise<void> {
    if (bytes !== undefined) return into.set(bytes)
    const { content } = files[file]!
    if (length === span) return content.read(into, from, signal)
    const chunk = new Uint8Array(span)
    await content.read(chunk, from, signal)
    into.set(leafBytes(profiles[plan.profile], chunk))
  }
}
