import type { FileHandle } from 'node:fs/promises'
import { matches } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { varint } from 'multiformats'
import type { Multihash } from '../../ports/block-store.ts'
import { maxHashBytes } from './fingerprint.ts'
import { maxBlockBytes } from './segment.ts'

export interface FoundBlock {
  /** A view that is valid during the call only. */
  hash: Multihash
  /** Of the block's bytes in the segment. */
  offset: number
  length: number
}

export interface Scanned {
  /** Where the last good frame ends. */
  end: number
  /** Frames before `end` of which the bytes do not match the hash. */
  damaged: number
}

const windowBytes = 4 << 20
/** The length of a frame, and a CID whose multihash is as long as the store takes. */
const maxPrefixBytes = 9 + 10 + maxHashBytes

/**
 * Reads the frames in bytes [from, to) of a segment and checks every hash. A damaged frame of a believable length is stepped over, so
 * that a flipped bit does not cost the blocks behind it; the rest ends where no frame can be read.
 */
export async function scanFrames(file: FileHandle, from: number, to: number, found: (block: FoundBlock) => void): Promise<Scanned> {
  let window = Buffer.alloc(0)
  let capacity = Buffer.allocUnsafeSlow(windowBytes)
  let at = from
  const scanned: Scanned = { end: from, damaged: 0 }
  let damaged = 0

  /** Has `bytes` from `at` on in the window, or fewer where the segment ends. */
  const demand = async (bytes: number) => {
    if (window.length >= bytes || at + window.length >= to) return
    if (capacity.length < bytes) capacity = Buffer.allocUnsafeSlow(bytes)
    const kept = window.length
    capacity.set(window)
    const wanted = Math.min(capacity.length - kept, to - at - kept)
    const { bytesRead } = await file.read(capacity, kept, wanted, at + kept)
    window = capacity.subarray(0, kept + bytesRead)
  }

  while (at < to) {
    await demand(maxPrefixBytes)
    const prefix = readPrefix(window)
    if (!prefix || at + prefix.frameBytes > to) break
    await demand(prefix.frameBytes)
    if (window.length < prefix.frameBytes) break
    const bytes = window.subarray(prefix.bytes, prefix.frameBytes)
    if (isIntact(prefix.cid, bytes)) {
      found({ hash: prefix.cid.multihash.bytes, offset: at + prefix.bytes, length: bytes.length })
      scanned.end = at + prefix.frameBytes
      scanned.damaged = damaged
    } else damaged++
    at += prefix.frameBytes
    window = window.subarray(prefix.frameBytes)
  }
  return scanned
}

interface Prefix {
  cid: CID
  /** Where the block's bytes begin and where the frame ends, from the frame's start. */
  bytes: number
  frameBytes: number
}

function readPrefix(window: Uint8Array): Prefix | undefined {
  try {
    const [length, lengthBytes] = varint.decode(window)
    if (length > maxBlockBytes + maxPrefixBytes) return undefined
    const [cid] = CID.decodeFirst(window.subarray(lengthBytes))
    const bytes = lengthBytes + cid.bytes.length
    const frameBytes = lengthBytes + length
    return bytes <= frameBytes && cid.multihash.bytes.length <= maxHashBytes ? { cid, bytes, frameBytes } : undefined
  } catch {
    return undefined
  }
}

function isIntact(cid: CID, bytes: Uint8Array): boolean {
  try {
    return matches(cid, bytes)
  } catch {
    return false
  }
}
