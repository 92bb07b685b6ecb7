import { fstatSync } from 'node:fs'
import { nodeFiles, type SegmentFiles } from '../files.ts'

export interface FailingFiles extends SegmentFiles {
  /** Bytes that the medium still takes. */
  room: number
  /** How many of the next syncs fail. */
  badSyncs: number
  /** How many of the next truncations fail. */
  badCuts: number
  writes: number
  syncs: number
}

/** A real folder on a medium that fills up, fails to sync, or fails to truncate when told to. */
export function failingFiles(): FailingFiles {
  const files: FailingFiles = {
    ...nodeFiles,
    room: Infinity,
    badSyncs: 0,
    badCuts: 0,
    writes: 0,
    syncs: 0,
    async write(fd, buffers, position) {
      files.writes++
      if (files.room === 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      // A medium that is nearly full takes a part, as write(2) does.
      const written = await nodeFiles.write(fd, upTo(buffers, files.room), position)
      files.room -= written
      return written
    },
    async sync(fd) {
      files.syncs++
      if (files.badSyncs > 0) {
        files.badSyncs--
        throw Object.assign(new Error('input/output error'), { code: 'EIO' })
      }
      await nodeFiles.sync(fd)
    },
    async truncate(fd, length) {
      if (files.badCuts > 0) {
        files.badCuts--
        throw Object.assign(new Error('input/output error'), { code: 'EIO' })
      }
      const freed = Math.max(0, fstatSync(fd).size - length)
      await nodeFiles.truncate(fd, length)
      files.room += freed
    },
  }
  return files
}

function upTo(buffers: readonly Uint8Array[], bytes: number): Uint8Array[] {
  const taken: Uint8Array[] = []
  for (const buffer of buffers) {
    if (bytes <= 0) break
    taken.push(buffer.subarray(0, Math.min(buffer.length, bytes)))
    bytes -= buffer.length
  }
  return taken
}
