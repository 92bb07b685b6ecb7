import { matches } from '@thole/dag'
import type { FileHandle } from 'node:fs/promises'
import { CID } from 'multiformats/cid'
import { varint } from 'multiformats'
import type { Multihash } from '../../../ports/block-store.ts'
import { maxBlockBytes } from '../../block-limits.ts'
import { maxHashBytes } from '../index/fingerprint.ts'
import type { Slices } from '../slices.ts'

export interface FoundBlock {
  hash: Multihash
  /** Of the block's bytes in the segment. */
  offset: number
  length: number
}

export interface Finder {
  /** `hash` is a view that is valid during the call only. */
  good(block: FoundBlock): void
  /** The bytes do not match the hash. */
  damaged(block: FoundBlock): void
  slices?: Slices
  /** Told now and then how far it is. */
  progress?(at: number): void
}

export interface Scanned {
  /** Where the last good frame ends. */
  end: number
  /** Where the last frame ends that can be read, with damaged ones. */
  framesEnd: number
}

const windowBytes = 4 << 20
const maxVarintBytes = 9
/** Version, codec, and a multihash as long as the store takes. */
const maxCidBytes = 10 + maxHashBytes

/**
 * Reads the frames in bytes [from, to) of a segment and checks every hash. A damaged frame of a believable length is stepped over, so
 * that a flipped bit does not cost the blocks behind it; the rest ends where no frame can be read.
 */
export async function scanFrames(file: FileHandle, from: number, to: number, finder: Finder): Promise<Scanned> {
  let window = Buffer.alloc(0)
  let capacity = Buffer.allocUnsafeSlow(windowBytes)
  let at = from
  let end = from

  /** Has `bytes` from `at` on in the window, or fewer where the segment ends. */
  const demand = async (bytes: number) => {
    if (window.length >= bytes || at + window.length >= to) return
    if (capacity.length < bytes) capacity = Buffer.allocUnsafeSlow(bytes)
    const kept = window.length
    capacity.set(window)
    const wanted = Math.min(capacity.length - kept, to - at - kept)
    const { bytesRead } = await file.read(capacity, kept, wanted, at + kept)
    window = capacity.subarray(0, kept + bytesRead)
    finder.progress?.(at)
  }

  while (at < to) {
    if (window.length < maxVarintBytes) await demand(maxVarintBytes)
    const frameBytes = readFrameBytes(window)
    if (frameBytes === undefined || at + frameBytes > to) break
    // The window may move here: views of it are taken after this alone.
    if (window.length < frameBytes) await demand(frameBytes)
    if (window.length < frameBytes) break
    const frame = window.subarray(0, frameBytes)
    const cid = readCid(frame)
    if (!cid) break
    const start = frameBytes - cid.bytesLength
    const bytes = frame.subarray(start)
    const block = { hash: cid.cid.multihash.bytes, offset: at + start, length: bytes.length }
    at += frameBytes
    if (isIntact(cid.cid, bytes)) {
      finder.good(block)
      end = at
    } else finder.damaged(block)
    window = window.subarray(frameBytes)
    if (finder.slices?.isDue) await finder.slices.rest()
  }
  return { end, framesEnd: at }
}

/** The length of a frame with the number in front that tells it. */
function readFrameBytes(window: Uint8Array): number | undefined {
  try {
    const [length, lengthBytes] = varint.decode(window)
    return length <= maxBlockBytes + maxCidBytes ? lengthBytes + length : undefined
  } catch {
    return undefined
  }
}

/** The CID of a frame and how many bytes follow it. */
function readCid(frame: Uint8Array): { cid: CID; bytesLength: number } | undefined {
  try {
    const [, lengthBytes] = varint.decode(frame)
    const [cid, rest] = CID.decodeFirst(frame.subarray(lengthBytes))
    return cid.multihash.bytes.length <= maxHashBytes ? { cid, bytesLength: rest.length } : undefined
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
