import { mkdir, readdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Log } from '../ports/log.ts'
import { segmentHeader } from './frame.ts'
import { openIndexLog, readIndexLog, type IndexLog } from './index-log.ts'
import type { Entry } from './location-table.ts'
import { scanSegment } from './scan.ts'
import { Segment, syncFolder } from './segment.ts'

/** A segment with the log of its index. */
export interface Shelf {
  segment: Segment
  log: IndexLog
}

const extension = '.car'

/** The folder of a store: how its files are called, made and found again. */
export interface SegmentFolder {
  create(number: number): Promise<Shelf>
  /**
   * Opens every segment in order. What the index log does not cover is read and checked; the first frame that is not whole, and all behind
   * it, is cut off. `take` gets every entry.
   */
  openAll(take: (entry: Entry) => void): Promise<Shelf[]>
}

export async function openSegmentFolder(folder: string, log: Log): Promise<SegmentFolder> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (first !== undefined) await syncFolder(dirname(first))
  const segmentFile = (number: number) => join(folder, `${String(number).padStart(8, '0')}${extension}`)
  const indexFile = (number: number) => join(folder, `${String(number).padStart(8, '0')}.index`)

  async function openOne(number: number, take: (entry: Entry) => void): Promise<Shelf> {
    const { covered, length: kept } = readIndexLog(indexFile(number), number, take)
    const found: Entry[] = []
    const end = await scanSegment(segmentFile(number), number, Math.max(covered, segmentHeader.length), (entry) => found.push(entry))
    found.forEach(take)
    const segment = await Segment.reopen(segmentFile(number), number, end)
    const index = await openIndexLog(indexFile(number), kept)
    if (found.length > 0) {
      log.info({ segment: number, blocks: found.length }, 'blocks were indexed anew')
      await index.append(found, end)
    }
    return { segment, log: index }
  }

  return {
    async create(number) {
      // An attempt that failed half-way may have left a file that nobody was told of.
      await unlink(segmentFile(number)).catch(() => {})
      await unlink(indexFile(number)).catch(() => {})
      return { segment: await Segment.create(segmentFile(number), number), log: await openIndexLog(indexFile(number), 0) }
    },
    async openAll(take) {
      const names = (await readdir(folder)).filter((name) => name.endsWith(extension)).toSorted()
      const numbers = names.map((name) => Number.parseInt(name, 10))
      const shelves: Shelf[] = []
      for (const [i, number] of numbers.entries()) {
        if (i > 0 && number !== numbers[i - 1]! + 1) log.error({ before: number }, 'a segment is missing: its blocks are not here any more')
        shelves.push(await openOne(number, take))
      }
      return shelves
    },
  }
}
