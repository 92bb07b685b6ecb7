import { dirname } from 'node:path'
import { writeAll, type SegmentFiles } from '../files.ts'
import { newSegment, segmentHeader, segmentPaths, type Segment } from '../segments/segment.ts'

/** A segment that has a descriptor for writing. */
export interface OpenSegment {
  segment: Segment
  fd: number
}

export async function reopenSegment(files: SegmentFiles, segment: Segment): Promise<OpenSegment> {
  const fd = await files.open(segment.path)
  segment.last = Infinity
  return { segment, fd }
}

/** Its header and folder entry are durable when it resolves. */
export async function createSegment(files: SegmentFiles, folder: string, number: number, first: number): Promise<OpenSegment> {
  const { path } = segmentPaths(folder, number)
  const fd = await files.create(path)
  try {
    await writeAll(files, fd, [segmentHeader], 0)
    await files.sync(fd)
    await files.syncFolder(dirname(path))
  } catch (error) {
    await files.close(fd)
    await files.remove(path)
    throw error
  }
  return { segment: newSegment(folder, number, segmentHeader.length, first), fd }
}
