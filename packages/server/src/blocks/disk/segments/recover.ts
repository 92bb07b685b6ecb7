import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../../ports/log.ts'
import type { SegmentFiles } from '../files.ts'
import type { BlockIndex } from '../index/block-index.ts'
import { readBatches } from '../index/index-batches.ts'
import type { IndexFiles } from '../index/index-files.ts'
import { scanFrames, type FoundBlock } from './scan.ts'
import { newSegment, segmentHeader, segmentNumber, segmentPaths, type Segment } from './segment.ts'
import type { Segments } from './segments.ts'

export interface Recovery {
  folder: string
  key: Uint8Array
  index: BlockIndex
  indexFiles: IndexFiles
  segments: Segments
  files: SegmentFiles
  log?: Log
  /** Told of bytes that were read again. */
  progress?(bytes: number): void
  /** Ends the recovery between two reads. */
  signal?: AbortSignal
}

/** Fills index and segments from what lies in the folder, oldest segment first. Every segment is durable and accounted for afterwards. */
export async function recoverSegments(recovery: Recovery): Promise<void> {
  const { folder, index, segments, log } = recovery
  await removeUnfinished(recovery)
  // A segment may be there whose maker was killed before its name was durable; from now on blocks go to it.
  await recovery.files.syncFolder(join(folder, 'segments'))
  const present = new Set(await numbersIn(join(folder, 'segments')))
  const numbers = new Set([...present, ...(await numbersIn(join(folder, 'index')))])
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const { size } = present.has(number) ? await stat(segmentPaths(folder, number).path) : { size: 0 }
    const segment = newSegment(folder, number, size, index.count)
    segments.add(segment)
    await recoverSegment(recovery, segment, present.has(number))
    segment.last = index.count
  }
  const lost = new Map([...segments].filter(({ missing }) => missing).map((segment) => [segment.number, 0]))
  for (const ordinal of index.bad) {
    const number = index.segment(ordinal)
    if (lost.has(number)) lost.set(number, lost.get(number)! + 1)
  }
  for (const [number, blocks] of lost) {
    const segment = segments.get(number)!
    if (blocks > 0) log?.error({ segment: segment.path, blocks }, 'a segment has vanished; its blocks are damaged')
    else await forget(recovery, segment)
  }
}

/** What a rewriting left that did not come to its end: the segments that it read are still there. */
async function removeUnfinished({ folder, files, log }: Recovery): Promise<void> {
  for (const name of await readdir(join(folder, 'segments'))) {
    if (!name.endsWith('.car.new')) continue
    log?.info({ segment: name }, 'removing a segment that was being rewritten when the process ended')
    await files.remove(join(folder, 'segments', name))
  }
}

async function recoverSegment(recovery: Recovery, segment: Segment, isThere: boolean): Promise<void> {
  const { index, key, log, files } = recovery
  const { path, indexPath, end: size } = segment
  let isShort = false
  for await (const batch of readBatches(key, indexPath, segment.number)) {
    index.load(batch.records, segment.number, size)
    isShort ||= batch.to > size
    segment.indexed = Math.min(batch.to, size)
    segment.indexEnd = batch.end
    segment.sealed = batch.sealed
  }
  segment.indexedOrdinal = index.count
  if (size < segmentHeader.length) {
    segment.missing = segment.sealed = true
    segment.end = segment.durable = segment.indexed = 0
    if (isThere && segment.indexEnd === 0) {
      log?.warn({ segment: path }, 'removing a segment that was being made when the process ended')
      await files.remove(path)
    }
  } else if (isShort) {
    log?.error({ segment: path, bytes: size }, 'a segment is shorter than it was; the blocks that lay beyond are damaged')
    segment.sealed = true
  } else if (segment.indexed < size) await recoverTail(recovery, segment)
}

/** Takes up what was appended after the index was last written, or all of the segment where its index is lost. */
async function recoverTail(recovery: Recovery, segment: Segment): Promise<void> {
  const { index, indexFiles, files, log } = recovery
  const { path, end: size } = segment
  const hasIndex = segment.indexed > 0
  const { end, damaged } = await scan(recovery, segment, hasIndex)
  if (damaged > 0) log?.error({ segment: path, blocks: damaged }, 'blocks of a segment are damaged')
  const fd = await files.open(path)
  try {
    if (end < size && hasIndex) {
      log?.warn({ segment: path, bytes: size - end }, 'truncating the torn tail of a segment')
      await files.truncate(fd, end)
      segment.end = segment.durable = end
    } else if (end < size) {
      // Without an index nobody knows how much of this was acknowledged once, so that nothing is cut off.
      log?.error({ segment: path, bytes: size - end }, 'the end of a segment cannot be read; leaving it as it is')
      segment.sealed = true
    }
    // Its blocks may so far be in the page cache alone.
    await files.sync(fd)
  } finally {
    await files.close(fd)
  }
  if (!hasIndex) log?.warn({ segment: path }, 'rebuilt the index of a segment')
  await indexFiles.save(segment, index.count)
}

/** Where what is worth keeping ends, and how many blocks of it are damaged. With an index, what is damaged at the very end was never acknowledged. */
async function scan({ index, progress, signal }: Recovery, { path, number, indexed, end: size }: Segment, hasIndex: boolean): Promise<{ end: number; damaged: number }> {
  const from = Math.max(indexed, segmentHeader.length)
  let waiting: FoundBlock[] = []
  let damaged = 0
  let at = from

  const keepDamaged = () => {
    for (const { hash, offset, length } of waiting) {
      if (index.find(hash) >= 0) continue
      index.markBad(index.add(hash, number, offset, length))
      damaged++
    }
    waiting = []
  }

  const file = await open(path, 'r')
  try {
    const scanned = await scanFrames(file, from, size, {
      good({ hash, offset, length }) {
        if (waiting.length > 0) keepDamaged()
        const known = index.find(hash)
        // The later copy counts: the earlier one may have been replaced by it.
        if (known >= 0) index.remove(known)
        index.add(hash, number, offset, length)
      },
      damaged: (block) => void waiting.push({ ...block, hash: new Uint8Array(block.hash) }),
      progress(reached) {
        signal?.throwIfAborted()
        progress?.(reached - at)
        at = reached
      },
    })
    progress?.(size - at)
    if (!hasIndex) keepDamaged()
    return { end: hasIndex ? scanned.end : scanned.framesEnd, damaged }
  } finally {
    await file.close()
  }
}

/** Nothing is lost: its blocks are elsewhere, or there were none, or nobody knows. */
async function forget({ segments, indexFiles, log }: Recovery, segment: Segment): Promise<void> {
  if (segment.indexEnd === 0) log?.warn({ index: segment.indexPath }, 'removing an index that has no segment and cannot be read')
  segments.delete(segment)
  await indexFiles.remove(segment)
}

async function numbersIn(folder: string): Promise<number[]> {
  return (await readdir(folder)).map(segmentNumber).filter((number) => number !== undefined)
}
