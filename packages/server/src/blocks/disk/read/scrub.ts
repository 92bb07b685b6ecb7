import type { Multihash, ScrubStep } from '../../../ports/block-store.ts'
import type { Log } from '../../../ports/log.ts'
import type { BlockIndex } from '../index/block-index.ts'
import { hashBefore, maxHeadBytes } from '../segments/head.ts'
import { liveWindows, type LiveBlock, type Window } from '../segments/live-windows.ts'
import type { Segment } from '../segments/segment.ts'
import type { Segments } from '../segments/segments.ts'
import { Slices } from '../slices.ts'
import type { BlockReads } from './block-reads.ts'
import type { Quarantine } from './quarantine.ts'
import type { Reader } from './reader.ts'
import { verifyHash } from './verify.ts'

export interface ScrubParts {
  index: BlockIndex
  segments: Segments
  reader: Reader
  reads: BlockReads
  quarantine: Quarantine
  /** Ordinals below it are durable. */
  durable(): number
  log?: Log
}

interface Part {
  bytes: Buffer
  /** Where they start in the segment. */
  start: number
}

/** Hashes every live block behind a cursor, which is a segment's number and an offset in it. */
export async function* scrub(parts: ScrubParts, after: string | undefined): AsyncGenerator<ScrubStep> {
  const { index, segments, reader } = parts
  const from = parseCursor(after)
  const slices = new Slices()
  for (let segment = segments.after(from.number - 1); segment; segment = segments.after(segment.number)) {
    if (segment.missing) continue
    const behind = segment.number === from.number ? from.offset : 0
    for await (const window of liveWindows({ index, reader, segment, after: behind, below: parts.durable() })) {
      const damaged = await scrubWindow(parts, segment, window, slices)
      const last = window.blocks.at(-1)!
      const end = last.offset + last.length
      yield { cursor: `${segment.number}:${end}`, blocks: window.blocks.length, bytes: end - window.start, damaged }
    }
  }
}

async function scrubWindow(parts: ScrubParts, segment: Segment, window: Window, slices: Slices): Promise<Multihash[]> {
  const damaged: Multihash[] = []
  for (const block of window.blocks) {
    const part = window.error === undefined ? window : await readAlone(parts, segment, block)
    // A reclaim may have moved it meanwhile.
    if (part && parts.index.segment(block.ordinal) === segment.number) {
      const hash = await findDamage(parts, block, part)
      if (hash) damaged.push(hash)
    }
    if (slices.isDue) await slices.rest()
  }
  return damaged
}

/** The hash of the block where it is damaged and that is known. */
async function findDamage({ index, reads, quarantine }: ScrubParts, { ordinal, offset, length }: LiveBlock, { bytes, start }: Part): Promise<Multihash | undefined> {
  const at = offset - start
  const hash = at <= bytes.length ? hashBefore(bytes, at, (candidate) => index.isOf(ordinal, candidate)) : undefined
  if (!hash) {
    quarantine.add(ordinal, undefined, 'neither its bytes nor its hash can be read')
    return undefined
  }
  if (!index.isBad(ordinal)) {
    if (at + length <= bytes.length && verifyHash(index, ordinal, hash, bytes.subarray(at, at + length))) return undefined
    if (await reads.isGood(ordinal, hash)) return undefined
  }
  return index.isBad(ordinal) ? new Uint8Array(hash) : undefined
}

/** A sector that cannot be read costs the blocks in it alone. Of a medium's failure nobody knows whether it passes, so nothing is quarantined for it. */
async function readAlone({ reader, log }: ScrubParts, { path }: Segment, { offset, length }: LiveBlock): Promise<Part | undefined> {
  const start = Math.max(0, offset - maxHeadBytes)
  const bytes = Buffer.allocUnsafeSlow(offset + length - start)
  try {
    return { bytes: bytes.subarray(0, await reader.read(path, bytes, start)), start }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { bytes: bytes.subarray(0, 0), start }
    log?.error({ error, segment: path, offset }, 'a block cannot be read')
    return undefined
  }
}

function parseCursor(cursor = '0:0'): { number: number; offset: number } {
  const [number, offset] = cursor.split(':').map(Number)
  return Number.isSafeInteger(number) && Number.isSafeInteger(offset) ? { number: number!, offset: offset! } : { number: 0, offset: 0 }
}
