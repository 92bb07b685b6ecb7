import { open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../ports/log.ts'
import type { BlockIndex } from './block-index.ts'
import type { SegmentFiles } from './files.ts'
import { readBatches, writeBatches } from './index-file.ts'
import { scanFrames, type Scanned } from './scan.ts'
import { segmentHeader, segmentNumber, segmentPaths, type Segment } from './segment.ts'

export interface Recovery {
  folder: string
  key: Uint8Array
  index: BlockIndex
  files: SegmentFiles
  log?: Log
}

export interface Recovered {
  segments: Segment[]
  /** The greatest number that a segment has or had. */
  lastNumber: number
}

/** Fills the index from what lies in the folder, oldest segment first. Every segment is durable and accounted for afterwards. */
export async function recoverSegments(recovery: Recovery): Promise<Recovered> {
  const { folder, log } = recovery
  const numbers = await numbersIn(join(folder, 'segments'))
  const segments: Segment[] = []
  for (const number of numbers) {
    const segment = await recoverSegment(recovery, number, segments.length)
    if (segment) segments.push(segment)
  }
  const indexed = await numbersIn(join(folder, 'index'))
  const present = new Set(numbers)
  for (const number of indexed) {
    if (!present.has(number)) log?.error({ segment: segmentPaths(folder, number).path }, 'a segment has vanished; its blocks are absent')
  }
  return { segments, lastNumber: Math.max(0, numbers.at(-1) ?? 0, indexed.at(-1) ?? 0) }
}

async function recoverSegment(recovery: Recovery, number: number, position: number): Promise<Segment | undefined> {
  const { folder, index, key, log } = recovery
  const paths = segmentPaths(folder, number)
  const { size } = await stat(paths.path)
  if (size < segmentHeader.length) {
    log?.warn({ segment: paths.path }, 'removing a segment that was being made when the process ended')
    await rm(paths.path)
    await rm(paths.indexPath, { force: true })
    return undefined
  }
  const segment: Segment = { number, ...paths, end: size, durable: size, indexed: 0, indexedOrdinal: 0, indexEnd: 0, sealed: false }
  for await (const batch of readBatches(key, paths.indexPath, number)) {
    if (batch.to > size) break
    index.load(batch.records, position)
    segment.indexed = batch.to
    segment.indexEnd = batch.end
    segment.sealed = batch.sealed
  }
  segment.indexedOrdinal = index.count
  if (segment.indexed < size) await recoverTail(recovery, segment, position)
  return segment
}

/** Takes up what was appended after the index was last written, or all of the segment where its index is lost. */
async function recoverTail(recovery: Recovery, segment: Segment, position: number): Promise<void> {
  const { index, key, files, log } = recovery
  const { path, end: size, indexed } = segment
  const { end, damaged } = await scan(recovery, segment, position)
  if (damaged > 0) log?.error({ segment: path, damaged }, 'frames of a segment are damaged; their blocks are absent')
  const fd = await files.open(path)
  try {
    if (end < size && indexed > 0) {
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
  if (indexed === 0) log?.warn({ segment: path }, 'rebuilt the index of a segment')
  await writeBatches({ index, key, segment, ordinal: index.count })
}

async function scan({ index }: Recovery, { path, indexed, end }: Segment, position: number): Promise<Scanned> {
  const file = await open(path, 'r')
  try {
    return await scanFrames(file, Math.max(indexed, segmentHeader.length), end, ({ hash, offset, length }) => {
      if (index.find(hash) < 0) index.add(hash, position, offset, length)
    })
  } finally {
    await file.close()
  }
}

/** Ascending. */
async function numbersIn(folder: string): Promise<number[]> {
  const numbers = (await readdir(folder)).map(segmentNumber).filter((number) => number !== undefined)
  return numbers.sort((a, b) => a - b)
}
