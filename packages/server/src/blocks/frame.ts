import { carFrame, carHeader, type Block } from '@thole/dag'

/** What every segment begins with: the header of a CARv1 that names no root. */
export const segmentHeader = carHeader([])

/** A block as it lies in a segment: a CAR section. The multihash ends where the payload begins. */
export interface Frame {
  pieces: Uint8Array[]
  /** Bytes before the payload. */
  headLength: number
  length: number
}

export function frameOf(block: Block): Frame {
  const pieces = carFrame(block)
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  return { pieces, headLength: length - block.bytes.length, length }
}
