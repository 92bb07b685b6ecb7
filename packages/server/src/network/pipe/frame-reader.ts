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
 * is left of it goes on in memory of its own size, and so is read to its place.
 */
export function frameReader(onFrame: (kind: number, body: Buffer) => void): FrameReader {
  let slab = Buffer.allocUnsafeSlow(slabBytes)
  let start = 0 // of the first frame that is not whole
  let filled = 0
  let needed = 0 // bytes of that frame, where its length is known

  return {
    room() {
      const fits = needed > 0 ? start + needed <= slab.length : slab.length - filled >= leastRoom
      if (!fits) {
        const next = Buffer.allocUnsafeSlow(Math.max(slabBytes, needed))
        filled = slab.copy(next, 0, start, filled)
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
