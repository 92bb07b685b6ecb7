import { closeSync, openSync, read, readSync } from 'node:fs'
import { promisify } from 'node:util'

interface OpenFile {
  fd: number
  /** Reads under way. */
  users: number
  /** Closed when nobody uses it any more. */
  isDropped: boolean
}

const readAsync = promisify(read)
/** Up to here a read on this thread costs less than the way to another and back. */
const syncBelow = 64 << 10

/** Reads parts of files, keeping up to `maxOpen` of them open, those used last. */
export class Reader {
  readonly #maxOpen: number
  readonly #files = new Map<string, OpenFile>()

  constructor(maxOpen: number) {
    this.#maxOpen = maxOpen
  }

  /** Fills `bytes` from there on; resolves with how many there were. */
  read(path: string, bytes: Uint8Array, position: number): number | Promise<number> {
    const file = this.#use(path)
    if (bytes.length < syncBelow) return readSync(file.fd, bytes, 0, bytes.length, position)
    return readApart(file, bytes, position)
  }

  /** The file is not read again. Reads under way go on. */
  drop(path: string): void {
    const file = this.#files.get(path)
    if (!file) return
    this.#files.delete(path)
    file.isDropped = true
    if (file.users === 0) closeSync(file.fd)
  }

  /** No read is under way. */
  close(): void {
    for (const { fd } of this.#files.values()) closeSync(fd)
    this.#files.clear()
  }

  #use(path: string): OpenFile {
    const known = this.#files.get(path)
    // Moved to the end, which makes the first the one that was not used for longest.
    if (known) this.#files.delete(path)
    const file = known ?? { fd: openSync(path, 'r'), users: 0, isDropped: false }
    this.#files.set(path, file)
    if (this.#files.size > this.#maxOpen) this.#closeOldest()
    return file
  }

  #closeOldest(): void {
    for (const [path, { fd, users }] of this.#files) {
      if (users > 0) continue
      this.#files.delete(path)
      closeSync(fd)
      return
    }
  }
}

async function readApart(file: OpenFile, bytes: Uint8Array, position: number): Promise<number> {
  file.users++
  try {
    const { bytesRead } = await readAsync(file.fd, bytes, 0, bytes.length, position)
    return bytesRead
  } finally {
    if (--file.users === 0 && file.isDropped) closeSync(file.fd)
  }
}
