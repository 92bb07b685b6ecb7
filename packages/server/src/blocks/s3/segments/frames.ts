import { CID } from 'multiformats/cid'
import { varint } from 'multiformats'
import type { PlacedBlock } from '../../../ports/db/index.ts'
import { isIntact } from '../../intact.ts'
import { keyOf } from '../index/hash-key.ts'

/** What a window of a segment holds, each block once. */
export interface ReadFrames {
  blocks: PlacedBlock[]
  /** Those whose bytes do not match their hash. */
  damaged: PlacedBlock[]
  /** Where the first frame begins that cannot be read, or is not whole here. */
  end: number
}

/** Reads the frames of bytes that begin with a frame, at position `base` of a segment. */
export function readFrames(bytes: Uint8Array, base: number): ReadFrames {
  const blocks = new Map<string, PlacedBlock>()
  const damaged = new Map<string, PlacedBlock>()
  let at = 0
  for (let frame = frameAt(bytes, at); frame; frame = frameAt(bytes, at)) {
    const { hash, start, end } = frame
    const block = bytes.subarray(start, end)
    const kind = isIntact(hash, block) ? blocks : damaged
    kind.set(keyOf(hash), { hash: new Uint8Array(hash), position: base + start, bytes: block.length })
    at = end
  }
  for (const key of blocks.keys()) damaged.delete(key)
  return { blocks: [...blocks.values()], damaged: [...damaged.values()], end: base + at }
}

/** Where its block lies. */
function frameAt(bytes: Uint8Array, at: number): { hash: Uint8Array; start: number; end: number } | undefined {
  if (at === bytes.length) return undefined
  try {
    const [length, lengthBytes] = varint.decode(bytes, at)
    const end = at + lengthBytes + length
    if (end > bytes.length) return undefined
    const [cid, rest] = CID.decodeFirst(bytes.subarray(at + lengthBytes, end))
    return { hash: cid.multihash.bytes, start: end - rest.length, end }
  } catch {
    return undefined
  }
}
