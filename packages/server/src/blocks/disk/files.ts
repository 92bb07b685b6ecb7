import { close, constants, fdatasync, fsync, ftruncate, open, rename, rm, writev } from 'node:fs'
import { promisify } from 'node:util'

/** The calls by which a store changes segments, and removes index files: the seam where tests make a medium fail. */
export interface SegmentFiles {
  /** Makes the file, which must be new, or opens it where it exists. */
  create(path: string): Promise<number>
  open(path: string): Promise<number>
  /** Resolves with the number of bytes written, which may be fewer than given. */
  write(fd: number, buffers: readonly Uint8Array[], position: number): Promise<number>
  /** Data and length are on stable storage when it resolves. */
  sync(fd: number): Promise<void>
  truncate(fd: number, length: number): Promise<void>
  close(fd: number): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Removes the file where it is there. */
  remove(path: string): Promise<void>
  /** The folder's entries are on stable storage when it resolves. */
  syncFolder(path: string): Promise<void>
}

const openFile = promisify(open)
const syncAll = promisify(fsync)
const closeFile = promisify(close)
const removeFile = promisify(rm)

export const nodeFiles: SegmentFiles = {
  create: (path) => openFile(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR, 0o644),
  open: (path) => openFile(path, constants.O_RDWR),
  write: (fd, buffers, position) =>
    new Promise((resolve, reject) => {
      writev(fd, buffers, position, (error, written) => (error ? reject(error) : resolve(written)))
    }),
  sync: promisify(fdatasync),
  truncate: promisify(ftruncate),
  close: closeFile,
  rename: promisify(rename),
  remove: (path) => removeFile(path, { force: true }),
  async syncFolder(path) {
    const fd = await openFile(path, constants.O_RDONLY)
    try {
      await syncAll(fd)
    } finally {
      await closeFile(fd)
    }
  },
}

/** Writes all of it, however many calls that takes. */
export async function writeAll(files: SegmentFiles, fd: number, buffers: Uint8Array[], position: number): Promise<number> {
  let rest = buffers
  while (rest.length > 0) {
    const written = await files.write(fd, rest, position)
    if (written === 0) throw Object.assign(new Error('the medium takes no bytes'), { code: 'EIO' })
    position += written
    rest = after(rest, written)
  }
  return position
}

function after(buffers: Uint8Array[], written: number): Uint8Array[] {
  let first = 0
  while (first < buffers.length && written >= buffers[first]!.length) written -= buffers[first++]!.length
  if (written === 0) return buffers.slice(first)
  return [buffers[first]!.subarray(written), ...buffers.slice(first + 1)]
}
