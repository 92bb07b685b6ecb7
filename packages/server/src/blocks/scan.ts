import { open } from 'node:fs/promises'
import { matches } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { fingerprint, type Entry } from './location-table.ts'

const windowLength = 8 * 1024 * 1024
/** A section longer than this was never written by this store. */
const maxSection = 64 * 1024 * 1024

/**
 * Reads the frames of a segment from `from` on, checking every hash, and returns where the first one begins that is not whole: what
 * follows a crash is cut there.
 */
export async function scanSegment(file: string, segment: number, from: number, take: (entry: Entry) => void): Promise<number> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    let buffer = Buffer.alloc(0)
    let start = from
    for (let at = from; ; ) {
      const frame = readFrame(buffer, at - start)
      if (frame.state === 'torn') return at
      if (frame.state === 'short') {
        if (frame.need > maxSection || at + frame.need > size) return at
        const wanted = Math.min(Math.max(frame.need, windowLength), size - at)
        buffer = Buffer.allocUnsafe(wanted)
        start = at
        const { bytesRead } = await handle.read(buffer, 0, wanted, at)
        if (bytesRead < wanted) buffer = buffer.subarray(0, bytesRead)
        if (bytesRead < frame.need) return at
        continue
      }
      const { cid, payload, length } = frame
      if (!matches(cid, buffer.subarray(payload, payload + length))) return at
      take({ ...fingerprint(cid.multihash.bytes), segment, offset: start + payload, length })
      at = start + payload + length
    }
  } finally {
    await handle.close()
  }
}

type FrameRead = { state: 'torn' } | { state: 'short'; need: number } | { state: 'whole'; cid: CID; payload: number; length: number }

function readFrame(buffer: Uint8Array, at: number): FrameRead {
  let section = 0
  let head = 0
  for (let shift = 1; ; shift *= 128) {
    if (at + head >= buffer.length) return { state: 'short', need: head + 1 }
    const byte = buffer[at + head++]!
    section += (byte & 127) * shift
    if (byte < 128) break
    if (head > 5) return { state: 'torn' }
  }
  if (section === 0 || section > maxSection) return { state: 'torn' }
  if (at + head + section > buffer.length) return { state: 'short', need: head + section }
  try {
    const [cid, rest] = CID.decodeFirst(buffer.subarray(at + head, at + head + section))
    return { state: 'whole', cid, payload: at + head + section - rest.length, length: rest.length }
  } catch {
    return { state: 'torn' }
  }
}
