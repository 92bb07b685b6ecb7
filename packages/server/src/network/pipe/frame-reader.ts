import { spareFrom } from '../spare-memory.ts'
import type { SpareMemory } from '../spare-memory.ts'
import { MAX_FRAME } from './frames.ts'

/** Cuts what comes through a pipe into frames. */
export interface FrameReader {
  /** Where the next bytes are to be put. */
  room(): Buffer
  /** So many were put there. Throws `RangeError` at a length that no frame has. */
  take(count: number): void
}

/** A frame: the length of what follows, its kind, its body. */
const LENGTH = 4
const slabBytes = 64 << 10
/** A slab with less left is not read to any more: short reads cost more than a new one. */
const leastRoom = 8 << 10

/**
 * Bodies are views of the memory that they were read to, which is not used again. A frame that does not fit into what
 * is left of it goes on in memory of its own size, and so is read to its place: a large one in spare memory, which whoever
 * is done with it may release.
 */
export function frameReader(onFrame: (kind: number, body: Buffer) => void, spare: SpareMemory): FrameReader {
  let slab: Buffer = Buffer.allocUnsafeSlow(slabBytes)
  let unused: Buffer | undefined // a slab of which nobody has a view
  let start = 0 // of the first frame that is not whole
  let filled = 0
  let needed = 0 // bytes of that frame, where its length is known

  function memoryFor(bytes: number): Buffer {
    if (bytes >= spareFrom) return spare.take(bytes)
    const slab = bytes <= slabBytes ? unused : undefined
    if (slab !== undefined) unused = undefined
    return slab ?? Buffer.allocUnsafeSlow(Math.max(slabBytes, bytes))
  }

  return {
    room() {
      const fits = needed > 0 ? start + needed <= slab.length : slab.length - filled >= leastRoom
      if (!fits) {
        const next = memoryFor(needed)
        filled = slab.copy(next, 0, start, filled)
        if (start === 0 && slab.length === slabBytes) unused = slab
        start = 0
        slab = next
      }
      return slab.subarray(filled)
    },
    take(count) {
      filled += count
      needed = 0
      while (filled - start >= LENGTH) {
        const length = slab.readUInt32LE(start)
        if (length < 1 || length > MAX_FRAME) throw new RangeError(`a frame of ${length} bytes`)
        const end = start + LENGTH + length
        if (end > filled) {
          needed = LENGTH + length
          return
        }
        const body = start + LENGTH + 1
        onFrame(slab[body - 1] as number, slab.subarray(body, end))
        start = end
      }
    },
  }
}
